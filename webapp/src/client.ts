import {pluginId} from './manifest';
import type {
    ChannelProviders, Config, Failure, OptionsRequest, OptionsResult, Overview, OverviewRequest, PressRequest, RunRequest, Setup, StartRequest, StartResult, Step, SubmitRequest, ProviderPage,
} from './types/api';
import type {Post} from './types/mattermost-webapp';

// Longer than the server waits for Zoom when it starts a meeting.
const timeoutMs = 30_000;

/** The server refused a request. The message is meant for the user. */
export class Refused extends Error {
    /** The server's code for the reason, for example 'rate_limited'. */
    readonly code: string;

    constructor(failure: Failure['error']) {
        super(failure.message);
        this.code = failure.code;
    }
}

/** A request got no answer from the plugin: the network or the server is down, or a proxy answered instead. */
export class Unreachable extends Error {}

/** Calls the plugin's server as the logged-in user. Every method fails with Refused or Unreachable. */
export interface Client {
    startMeeting(request: StartRequest): Promise<StartResult>;
    config(): Promise<Config>;

    /** Returns the host that a meeting post's link may point to, or '' if the post isn't the plugin's. */
    joinHost(meetingId: string, postId: string): Promise<string>;
    setup(): Promise<Setup>;

    /** Returns a page of all connections, for system admins. */
    overview(request: OverviewRequest): Promise<Overview>;

    /** Runs a provider's command. The request's text is what would follow the slash command. */
    run(provider: string, request: RunRequest): Promise<Step>;
    clickButton(request: PressRequest): Promise<Step>;
    submit(request: SubmitRequest): Promise<Step>;
    options(request: OptionsRequest): Promise<OptionsResult>;
    page(provider: string, channelId: string): Promise<ProviderPage>;
    channelProviders(channelId: string): Promise<ChannelProviders>;

    /** Clicks a button of a post, or selects from its menu. Returns the trigger ID of the dialog that follows, or '' for none. */
    clickAction(postId: string, actionId: string, selected: string): Promise<string>;

    /** Navigates to a post. */
    goTo(postId: string): void;

    /** Returns the permalink of a post. */
    permalink(postId: string): string;

    /** Returns the channel of a post, which the page need not have loaded. */
    channelOfPost(postId: string): Promise<string>;
}

/** Makes a client for this page's Mattermost site, including its subpath. */
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
        overview: ({text, failing, page}) => call(`${api}/connections?text=${encodeURIComponent(text)}&failing=${failing}&page=${page}`),
        run: (provider, request) => post(`/providers/${encodeURIComponent(provider)}/run`, request),
        clickButton: (request) => post('/window/press', request),
        submit: (request) => post('/window/submit', request),
        options: (request) => post('/window/options', request),
        page: (provider, channelId) => call(`${api}/providers/${encodeURIComponent(provider)}/page?channel_id=${encodeURIComponent(channelId)}`),
        channelProviders: (channelId) => call(`${api}/channels/${encodeURIComponent(channelId)}/providers`),
        clickAction: async (postId, actionId, selected) => {
            const path = `${site}/api/v4/posts/${encodeURIComponent(postId)}/actions/${encodeURIComponent(actionId)}`;
            return (await call<{trigger_id?: string}>(path, {method: 'POST', body: JSON.stringify({selected_option: selected})})).trigger_id ?? '';
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

// To change anything, a session cookie isn't enough: the server also requires the token from the MMCSRF cookie.
function headers(): Record<string, string> {
    const token = document.cookie.match(/(?:^|;\s*)MMCSRF=([^;]*)/)?.[1] ?? '';
    return {'Content-Type': 'application/json', 'X-Requested-With': 'XMLHttpRequest', 'X-CSRF-Token': token};
}
