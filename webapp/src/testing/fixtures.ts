import type {Config, Overview, Setup} from '../types/api';
import type {GlobalState, Post} from '../types/mattermost-webapp';

/** The configuration of a server that is set up, for a connected user. */
export const configured: Config = {configured: true, authorization: 'user', connected: true, join_hosts: ['zoom.us', '.zoom.us', '127.0.0.1'], bot_id: 'bot'};

/** 2 March 2026, 09:04 UTC. */
export const nineOhFour = Date.UTC(2026, 2, 2, 9, 4);

/** Mattermost's state when alice has Town Square open, and no sidebar. */
export function lookingAtTownSquare(): Omit<GlobalState, 'plugins-zoom'> {
    return {
        entities: {
            users: {currentUserId: 'alice', profiles: {bob: {username: 'bob'}, alice: {username: 'alice', timezone: {useAutomaticTimezone: 'true', automaticTimezone: 'Europe/Paris', manualTimezone: ''}}}},
            teams: {currentTeamId: 'team'},
            channels: {currentChannelId: 'town'},
            posts: {posts: {}},
            preferences: {myPreferences: {}},
        },
        views: {rhs: {selectedPostId: '', selectedChannelId: '', isSidebarOpen: false}, threads: {selectedThreadIdInTeam: {}}},
        websocket: {connected: true, connectionId: 'connection-of-this-tab'},
        plugins: {components: {}},
    };
}

/** The post of a meeting that alice just started. */
export function meetingPost(props: Record<string, unknown> = {}, post: Partial<Post> = {}): Post {
    return {
        id: 'post',
        user_id: 'alice',
        channel_id: 'town',
        root_id: '',
        create_at: nineOhFour,
        type: 'custom_zoom',
        message: 'I have started a meeting',
        ...post,
        props: {
            meeting_id: '81234567890',
            meeting_uuid: '4444AAAiAAAAAiAiAiiAii==',
            meeting_link: 'https://us02web.zoom.us/j/81234567890?pwd=abc',
            meeting_status: 'STARTED',
            meeting_personal: false,
            meeting_topic: 'Stand-up',
            meeting_creator_username: 'alice',
            meeting_provider: 'Zoom',
            meeting_message: 'I have started a meeting',
            ...props,
        },
    };
}

/** The already-running prompt, an ephemeral post. */
export function promptPost(props: Record<string, unknown> = {}, post: Partial<Post> = {}): Post {
    return meetingPost({type: 'custom_zoom', meeting_status: 'RECENTLY_CREATED', ...props}, {id: 'prompt', type: 'system_ephemeral', ...post});
}

/** A post that the public plugin left in the database: the ID is a number, there is no start time, and the end is when the server learned of it. */
export function publicPluginPost(props: Record<string, unknown> = {}): Post {
    return {
        id: 'old',
        user_id: 'bob',
        channel_id: 'town',
        root_id: '',
        create_at: nineOhFour,
        type: 'custom_zoom',
        props: {
            meeting_id: 1234567890,
            meeting_link: 'https://zoom.us/j/1234567890',
            meeting_status: 'STARTED',
            meeting_personal: false,
            meeting_topic: 'Zoom Meeting',
            meeting_creator_username: 'bob',
            meeting_provider: 'Zoom',
            ...props,
        },
    };
}

/** The answer of a self-check with one point of each status. */
export const setup: Setup = {
    redirect_url: 'https://chat.example.com/plugins/zoom/oauth2/complete',
    webhook_url: 'https://chat.example.com/plugins/zoom/webhook',
    deauthorization_url: 'https://chat.example.com/plugins/zoom/deauthorization',
    checks: [
        {id: 'client_id', status: 'ok', message: 'The client ID is set.', fix: ''},
        {id: 'tls', status: 'warn', message: 'The site is served without TLS.', fix: 'Zoom calls only https addresses.'},
        {id: 'webhook_secret', status: 'fail', message: 'The webhook secret token is blank.', fix: 'Copy the Secret Token from your Zoom app.'},
    ],
};

/** The second page of an overview of all connections. */
export const overview: Overview = {
    all: 41,
    page: 2,
    pages: 3,
    connections: [
        {id: 'c1', provider: 'Jenkins', name: 'ci', url: '', status: 'ok', details: ['in ~town', 'connected by @ada, yesterday']},
        {id: 'c2', provider: 'Sentry', name: 'acme', url: 'https://acme.sentry.io', status: 'fail', details: ['2 failures in 24 hours']},
    ],
};
