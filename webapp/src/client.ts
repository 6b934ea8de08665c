import {pluginId} from './manifest';
import type {Config, Failure, Setup, StartRequest, StartResult} from './types/api';
import type {Post} from './types/mattermost-webapp';

// A start makes the server call Zoom, which it gives up on well before this.
const timeoutMs = 30_000;

/** A request that the server refused in words meant for the user. */
export class Refused extends Error {
    /** The server's code for the reason, for example 'rate_limited'. */
    readonly code: string;

    constructor(failure: Failure['error']) {
        super(failure.message);
        this.code = failure.code;
    }
}

/** A request that got no answer of ours: the network or the server is down, or a proxy answered in its place. */
export class Unreachable extends Error {}

/** Speaks with the plugin's server part as the logged-in user. Every method fails with Refused or Unreachable. */
export interface Client {
    startMeeting(request: StartRequest): Promise<StartResult>;
    config(): Promise<Config>;
    setup(): Promise<Setup>;

    /** Runs a slash command as if it were typed there. What it answers comes as posts and dialogs. */
    execute(command: string, place: {channelId: string; rootId: string; teamId: string}): Promise<{trigger_id?: string}>;

    /** The address of a post, as people copy it. */
    permalink(postId: string): string;

    /** The channel of a post that the page has not loaded. */
    channelOfPost(postId: string): Promise<string>;
}

/** Makes the client of the site that this page belongs to, under whatever subpath it is served. */
export function newClient(): Client {
    const site = (window.basename ?? '').replace(/\/+$/, '');
    const api = `${site}/plugins/${pluginId}/api/v1`;
    return {
        startMeeting: (request) => call(`${api}/meetings`, {method: 'POST', body: JSON.stringify(request)}),
        config: () => call(`${api}/config`),
        setup: () => call(`${api}/setup`),
        execute: (command, {channelId, rootId, teamId}) => call(`${site}/api/v4/commands/execute`, {
            method: 'POST', body: JSON.stringify({command, channel_id: channelId, root_id: rootId, team_id: teamId}),
        }),
        permalink: (postId) => `${window.location.origin}${site}/_redirect/pl/${postId}`,
        channelOfPost: async (postId) => (await call<Post>(`${site}/api/v4/posts/${encodeURIComponent(postId)}`)).channel_id,
    };
}

async function call<T>(url: string, init: RequestInit = {}): Promise<T> {
    const expiry = new AbortController();
    const timer = setTimeout(() => expiry.abort(), timeoutMs);
    try {
        const response = await fetch(url, {...init, headers: headers(), credentials: 'same-origin', signal: expiry.signal});
        const body = await response.json() as T & Partial<Failure>;
        if (response.ok) {
            return body;
        }
        if (typeof body?.error?.message === 'string') {
            throw new Refused(body.error);
        }
        throw new Unreachable(`${response.status} from ${url}`);
    } catch (error) {
        throw error instanceof Refused || error instanceof Unreachable ? error : new Unreachable(String(error));
    } finally {
        clearTimeout(timer);
    }
}

// The server takes a session cookie for anything but reading only together with the token from the cookie beside it.
function headers(): Record<string, string> {
    const token = document.cookie.match(/(?:^|;\s*)MMCSRF=([^;]*)/)?.[1] ?? '';
    return {'Content-Type': 'application/json', 'X-Requested-With': 'XMLHttpRequest', 'X-CSRF-Token': token};
}
