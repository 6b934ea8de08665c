import {pluginId} from './manifest';
import type {
    ChannelProviders, Config, Failure, OptionsRequest, OptionsResult, PressRequest, RunRequest, Setup, StartRequest, StartResult, Step, SubmitRequest, ProviderPage,
} from './types/api';
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

    /** The host that the link of a meeting's post may lead to, '' for a post that is not the plugin's. */
    joinHost(meetingId: string, postId: string): Promise<string>;
    setup(): Promise<Setup>;

    /** Does what the words say behind a tool's command. */
    run(provider: string, request: RunRequest): Promise<Step>;
    press(request: PressRequest): Promise<Step>;
    submit(request: SubmitRequest): Promise<Step>;
    options(request: OptionsRequest): Promise<OptionsResult>;
    page(provider: string, channelId: string): Promise<ProviderPage>;
    channelProviders(channelId: string): Promise<ChannelProviders>;

    /** Presses a button of a post, or chooses from its menu. Returns what tells the web app which dialog answers it, '' for none. */
    pressAction(postId: string, actionId: string, chosen: string): Promise<string>;

    /** Leads the page to a post. */
    goTo(postId: string): void;

    /** The address of a post, as people copy it. */
    permalink(postId: string): string;

    /** The channel of a post that the page has not loaded. */
    channelOfPost(postId: string): Promise<string>;
}

/** Makes the client of the site that this page belongs to, under whatever subpath it is served. */
export function newClient(): Client {
    const site = (window.basename ?? '').replace(/\/+$/, '');
    const api = `${site}/plugins/${pluginId}/api/v1`;
    const post = <T>(path: string, request: unknown) => call<T>(`${api}${path}`, {method: 'POST', body: JSON.stringify(request)});
    return {
        startMeeting: (request) => post('/meetings', request),
        config: () => call(`${api}/config`),
        joinHost: async (meetingId, postId) => (
            await call<{join_host: string}>(`${api}/meetings/${encodeURIComponent(meetingId)}/posts/${encodeURIComponent(postId)}`)
        ).join_host,
        setup: () => call(`${api}/setup`),
        run: (provider, request) => post(`/tools/${encodeURIComponent(provider)}/run`, request),
        press: (request) => post('/window/press', request),
        submit: (request) => post('/window/submit', request),
        options: (request) => post('/window/options', request),
        page: (provider, channelId) => call(`${api}/tools/${encodeURIComponent(provider)}/page?channel_id=${encodeURIComponent(channelId)}`),
        channelProviders: (channelId) => call(`${api}/channels/${encodeURIComponent(channelId)}/tools`),
        pressAction: async (postId, actionId, chosen) => {
            const path = `${site}/api/v4/posts/${encodeURIComponent(postId)}/actions/${encodeURIComponent(actionId)}`;
            return (await call<{trigger_id?: string}>(path, {method: 'POST', body: JSON.stringify({selected_option: chosen})})).trigger_id ?? '';
        },
        goTo(postId) {
            const path = `/_redirect/pl/${postId}`;
            const history = window.WebappUtils?.browserHistory;
            if (history) {
                history.push(path);
            } else {
                window.location.assign(site + path);
            }
        },
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
