// Where the servers are and who is on them, as written by the program that started them, and what a spec needs to set the
// stage over REST. STACK_JSON names that program's file.
import {readFileSync} from 'node:fs';

const told = JSON.parse(readFileSync(required('STACK_JSON'), 'utf8'));

/** The same facts whichever of the two programs wrote them: e2e/stack, or the demo with -ready. */
export const stack = {
    url: told.url ?? told.site_url,
    sandbox: told.sandbox_url,
    team: told.team,
    users: told.admin ?
        {admin: told.admin, ...told.users} :
        Object.fromEntries(Object.entries(told.users).map(([name, email]) => [name, {username: name, email, password: told.password}])),

    /** Whether the real web client is served rather than the host page. */
    realClient: Boolean(process.env.MM_CLIENT_DIR),
};

function required(name) {
    const value = process.env[name];
    if (!value) {
        throw new Error(`set ${name} to the file that tells where the servers are`);
    }
    return value;
}

/** One person's REST session. */
export class Person {
    static async logIn(name) {
        const {username, email, password} = stack.users[name];
        const person = new Person();
        const response = await fetch(`${stack.url}/api/v4/users/login`, {method: 'POST', body: JSON.stringify({login_id: username ?? email, password})});
        if (!response.ok) {
            throw new Error(`${name} cannot log in: ${response.status} ${await response.text()}`);
        }
        person.token = response.headers.get('Token');
        person.id = (await response.json()).id;
        return person;
    }

    /** Calls Mattermost's REST API. */
    async call(method, path, body) {
        const response = await fetch(`${stack.url}/api/v4${path}`, {
            method, headers: {Authorization: `Bearer ${this.token}`}, body: body && JSON.stringify(body),
        });
        const text = await response.text();
        if (!response.ok) {
            throw new Error(`${method} ${path}: ${response.status} ${text}`);
        }
        return text ? JSON.parse(text) : null;
    }

    /** Sets preferences: [category, name, value] each. */
    prefer(...preferences) {
        return this.call('PUT', `/users/${this.id}/preferences`, preferences.map(([category, name, value]) => ({user_id: this.id, category, name, value})));
    }
}

/** A new channel with these people in it, so that no spec meets another's meetings. */
export async function newChannel(label, ...people) {
    const admin = await Person.logIn('admin');
    const team = await admin.call('GET', `/teams/name/${stack.team}`);
    const name = `${label.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${Date.now().toString(36)}`;
    const channel = await admin.call('POST', '/channels', {team_id: team.id, name, display_name: label, type: 'O', purpose: 'A channel of the browser specs'});
    for (const person of people) {
        await admin.call('POST', `/channels/${channel.id}/members`, {user_id: person.id});
    }
    return channel;
}

/** Changes the server's configuration for the length of a spec. Returns what undoes it. */
export async function configure(patch, undo) {
    const admin = await Person.logIn('admin');
    await admin.call('PUT', '/config/patch', patch);
    return () => admin.call('PUT', '/config/patch', undo);
}

/** Calls the sandbox's control API, which lets things happen at Zoom. */
export async function sandbox(method, path, body) {
    const response = await fetch(`${stack.sandbox}/_sandbox${path}`, {method, headers: {'Content-Type': 'application/json'}, body: body && JSON.stringify(body)});
    const text = await response.text();
    if (!response.ok) {
        throw new Error(`sandbox ${method} ${path}: ${response.status} ${text}`);
    }
    return text ? JSON.parse(text) : null;
}

/** Lets something happen at the pretended Jenkins. */
export const jenkins = (what, body) => sandbox('POST', `/jenkins/${what}`, body);

/** A new repository at the pretended Bitbucket, with an admin and a writer of these names, and an OAuth client for this server. */
export async function newRepository(adminName, writerName) {
    for (const nickname of [adminName, writerName]) {
        await sandbox('POST', '/bitbucket/users', {nickname, email: stack.users[nickname].email}).catch((error) => {
            if (!error.message.includes(': 409 ')) { // another spec has made it
                throw error;
            }
        });
    }
    const name = `acme/web-${Date.now().toString(36)}`;
    const [workspace, slug] = name.split('/');
    const app = await sandbox('POST', '/bitbucket/apps', {name: 'Mattermost', redirect_uri: `${stack.url}/plugins/zoom/oauth2/bitbucket/complete`});
    await sandbox('POST', '/bitbucket/repos', {workspace, slug, rights: {[adminName]: 'admin', [writerName]: 'write'}});
    const site = `${stack.sandbox}/bitbucket`;
    return {name, app, site, url: `${site}/${name}`, does: (what, body) => sandbox('POST', `/bitbucket/repos/${name}/${what}`, body)};
}

/** How many meetings were created at Zoom so far. */
export async function meetingsCreated() {
    const counts = await sandbox('GET', '/counts');
    return counts['POST /v2/users/{userId}/meetings'] ?? 0;
}

/**
 * Puts Zoom's clock so many minutes ahead of the server's, at most four: the plugin refuses events whose time lies more
 * than five minutes ahead of its own.
 */
export async function putClockAhead(minutes) {
    const {now} = await sandbox('GET', '/clock');
    const missing = (minutes * 60) - Math.round((new Date(now) - Date.now()) / 1000);
    if (missing > 0) {
        await sandbox('POST', '/clock', {advance_seconds: missing});
    }
}
