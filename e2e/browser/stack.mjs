// The servers' URLs and users, and the setup that specs do over REST. STACK_JSON is the file that the program that started the
// servers wrote.
import {readFileSync} from 'node:fs';

const told = JSON.parse(readFileSync(required('STACK_JSON'), 'utf8'));

/** The contents of the file, the same for both programs that write it: e2e/stack, and the demo with -ready. */
export const stack = {
    url: told.url ?? told.site_url,
    sandbox: told.sandbox_url,
    team: told.team,
    users: told.admin ?
        {admin: told.admin, ...told.users} :
        Object.fromEntries(Object.entries(told.users).map(([name, email]) => [name, {username: name, email, password: told.password}])),

    /** Whether the servers serve Mattermost's web client instead of the host page. */
    realClient: Boolean(process.env.MM_CLIENT_DIR),
};

function required(name) {
    const value = process.env[name];
    if (!value) {
        throw new Error(`set ${name} to the file with the servers' URLs`);
    }
    return value;
}

/** A user's REST session. */
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

    /** Runs a slash command in a channel over REST. */
    type(channel, command) {
        return this.call('POST', '/commands/execute', {channel_id: channel.id, command});
    }

    /** Sets preferences, each a [category, name, value]. */
    prefer(...preferences) {
        return this.call('PUT', `/users/${this.id}/preferences`, preferences.map(([category, name, value]) => ({user_id: this.id, category, name, value})));
    }
}

/** Creates a channel with these users, so that specs don't see each other's posts. */
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

/** Changes the server's configuration. Returns a function that undoes the change. */
export async function configure(patch, undo) {
    const admin = await Person.logIn('admin');
    await admin.call('PUT', '/config/patch', patch);
    return () => admin.call('PUT', '/config/patch', undo);
}

/** Calls the sandbox's control API, which makes things happen in Zoom and in the providers. */
export async function sandbox(method, path, body) {
    const response = await fetch(`${stack.sandbox}/_sandbox${path}`, {method, headers: {'Content-Type': 'application/json'}, body: body && JSON.stringify(body)});
    const text = await response.text();
    if (!response.ok) {
        throw new Error(`sandbox ${method} ${path}: ${response.status} ${text}`);
    }
    return text ? JSON.parse(text) : null;
}

/** Makes something happen in the sandbox's Jenkins. */
export const jenkins = (what, body) => sandbox('POST', `/jenkins/${what}`, body);

/** Creates a repository in the sandbox's Bitbucket, with an admin, a writer, and an OAuth client for this server. */
export async function newRepository(adminName, writerName) {
    for (const nickname of [adminName, writerName]) {
        await sandbox('POST', '/bitbucket/users', {nickname, email: stack.users[nickname].email}).catch((error) => {
            if (!error.message.includes(': 409 ')) { // another spec created it
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

/**
 * Enables providers and waits for their commands. The keys are the settings, and the values are the commands. Mattermost replaces a
 * plugin's settings as a whole, so the request contains all of them.
 */
export async function enable({person}, providers) {
    const {zoom} = (await person.call('GET', '/config')).PluginSettings.Plugins;
    await configure({PluginSettings: {Plugins: {zoom: {...zoom, ...Object.fromEntries(Object.keys(providers).map((setting) => [setting, true]))}}}});
    const team = await person.call('GET', `/teams/name/${stack.team}`);
    for (const end = Date.now() + 15_000; ;) {
        const commands = await person.call('GET', `/commands?team_id=${team.id}`);
        if (Object.values(providers).every((word) => commands.some(({trigger}) => trigger === word))) {
            return;
        }
        if (Date.now() > end) {
            throw new Error(`not all commands exist: ${Object.values(providers)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

// Ignores that another spec has already created a user.
function ignoreConflict(error) {
    if (!error.message.includes(': 409 ')) {
        throw error;
    }
}

const unique = () => Date.now().toString(36);

/** Registers an OAuth client for this server in the sandbox's Sentry or PagerDuty. */
export async function newApp(id) {
    const app = {name: 'Mattermost', client_id: `web-${id}-${unique()}`, client_secret: `web-${id}-secret-${unique()}`, redirect_uri: `${stack.url}/plugins/zoom/oauth2/${id}/complete`};
    await sandbox('POST', `/${id}/apps`, app);
    return {url: `${stack.sandbox}/${id}`, client_id: app.client_id, client_secret: app.client_secret};
}

/** Creates an organization in the sandbox's Sentry with an owner, two projects, and an internal integration for chat. */
export async function newOrganization(ownerName) {
    await sandbox('POST', '/sentry/users', {login: ownerName, email: stack.users[ownerName].email}).catch(ignoreConflict);
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

/** Creates a service in the sandbox's PagerDuty, with these users as admins who are assigned its incidents. */
export async function newService(...names) {
    const members = names.map((name) => `PWEB${name.toUpperCase()}`);
    for (const name of names) {
        await sandbox('POST', '/pagerduty/users', {id: `PWEB${name.toUpperCase()}`, name: `${name[0].toUpperCase()}${name.slice(1)} Acme`, email: stack.users[name].email, role: 'admin'}).catch(ignoreConflict);
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

/** Returns how many meetings were created in Zoom so far. */
export async function meetingsCreated() {
    const counts = await sandbox('GET', '/counts');
    return counts['POST /v2/users/{userId}/meetings'] ?? 0;
}

/**
 * Sets Zoom's clock ahead of the server's by some minutes, at most four: the plugin rejects events whose time is more than five
 * minutes ahead of its own.
 */
export async function putClockAhead(minutes) {
    const {now} = await sandbox('GET', '/clock');
    const missing = (minutes * 60) - Math.round((new Date(now) - Date.now()) / 1000);
    if (missing > 0) {
        await sandbox('POST', '/clock', {advance_seconds: missing});
    }
}
