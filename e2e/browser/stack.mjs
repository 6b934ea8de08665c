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
        ({id: person.id, email: person.email} = await response.json());
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

    /** Types a slash command in a channel, where it is not what the spec is about. */
    type(channel, command) {
        return this.call('POST', '/commands/execute', {channel_id: channel.id, command});
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

/** Switches tools on, by their settings, and waits for their commands. The settings of a plugin are changed as a whole, so the others are sent along. */
export async function switchOn({person}, tools) {
    const {zoom} = (await person.call('GET', '/config')).PluginSettings.Plugins;
    await configure({PluginSettings: {Plugins: {zoom: {...zoom, ...Object.fromEntries(Object.keys(tools).map((setting) => [setting, true]))}}}});
    const team = await person.call('GET', `/teams/name/${stack.team}`);
    for (const end = Date.now() + 15_000; ;) {
        const commands = await person.call('GET', `/commands?team_id=${team.id}`);
        if (Object.values(tools).every((word) => commands.some(({trigger}) => trigger === word))) {
            return;
        }
        if (Date.now() > end) {
            throw new Error(`waited in vain for the commands ${Object.values(tools)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

// Makes somebody at a tool, unless another spec has.
function once(error) {
    if (!error.message.includes(': 409 ')) {
        throw error;
    }
}

const unique = () => Date.now().toString(36);

/** What an admin registers at Sentry or PagerDuty for people to sign in here. */
export async function newApp(id) {
    const app = {name: 'Mattermost', client_id: `web-${id}-${unique()}`, client_secret: `web-${id}-secret-${unique()}`, redirect_uri: `${stack.url}/plugins/zoom/oauth2/${id}/complete`};
    await sandbox('POST', `/${id}/apps`, app);
    return {url: `${stack.sandbox}/${id}`, client_id: app.client_id, client_secret: app.client_secret};
}

/** A new organization at the pretended Sentry with two projects, that somebody owns, and an internal integration for chat. */
export async function newOrganization(ownerName) {
    await sandbox('POST', '/sentry/users', {login: ownerName, email: stack.users[ownerName].email}).catch(once);
    const slug = `acme-${unique()}`;
    const integration = {slug: `chat-${slug}`, name: 'Chat', token: `web-token-${slug}`, client_secret: `web-secret-${slug}`};
    await sandbox('POST', '/sentry/organizations', {
        slug, name: `Acme ${slug}`, members: {[ownerName]: 'owner'}, projects: [{slug: 'web', name: 'Web shop'}, {slug: 'ops', name: 'Ops'}], integrations: [integration],
    });
    const errors = `/sentry/organizations/${slug}/projects/web/errors`;
    return {
        slug,
        integration,
        error: (type, value) => sandbox('POST', errors, {type, value, level: 'error', culprit: 'shop.cart in total', release: 'shop@1.2', environment: 'production'}),
        does: (issue, what) => sandbox('POST', `/sentry/organizations/${slug}/issues/${issue}/${what}`, {}),
        status: async (issue) => (await sandbox('GET', `/sentry/organizations/${slug}/issues/${issue}`)).status,
    };
}

/** A new service at the pretended PagerDuty, whose incidents these people get; they are admins there. */
export async function newService(...names) {
    const members = names.map((name) => `PWEB${name.toUpperCase()}`);
    for (const name of names) {
        await sandbox('POST', '/pagerduty/users', {id: `PWEB${name.toUpperCase()}`, name: `${name[0].toUpperCase()}${name.slice(1)} Acme`, email: stack.users[name].email, role: 'admin'}).catch(once);
    }
    const id = unique().toUpperCase();
    const name = `Web shop ${id}`;
    await sandbox('POST', '/pagerduty/places', {
        teams: [{id: `T${id}`, name: `Shop team ${id}`, members}],
        schedules: [{id: `C${id}`, name: `Shop schedule ${id}`, rotation: members, start: '2026-01-01T00:00:00Z'}],
        escalation_policies: [{id: `E${id}`, name: `Shop policy ${id}`, levels: [[`Shop schedule ${id}`]]}],
        services: [{id: `S${id}`, name, escalation_policy: `E${id}`, teams: [`T${id}`]}],
    });
    return {
        name,
        trigger: (title) => sandbox('POST', '/pagerduty/incidents', {service: name, title, urgency: 'high'}),
        incident: (incidentId) => sandbox('GET', `/pagerduty/incidents/${incidentId}`),
        incidents: () => sandbox('GET', '/pagerduty/incidents'),
    };
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
