// The words spoken with the plugin's server under /plugins/zoom/api/v1. The server's tests write the same shapes to
// server/httpapi/testdata/*.golden.json.

/** What GET /config answers: whether meetings can be started, and whom to trust with a JOIN button. */
export interface Config {
    configured: boolean;
    authorization: 'user' | 'account' | 's2s';

    /** Whether the asking user has a working connection to Zoom. */
    connected: boolean;

    /** Hosts a meeting may be joined at. One that begins with a dot stands for everything below it. */
    join_hosts: string[];

    /** The tools that are switched on and can be used from messages and the composer. Missing from older servers. */
    tools?: Tool[];
}

/** What a tool can do beside its cards. */
export interface Tool {
    id: string;
    name: string;

    /** The word of its slash command. */
    word: string;
    can: Array<'trigger' | 'search' | 'note'>;
}

/** What POST /meetings is asked. */
export interface StartRequest {
    channel_id: string;

    /** The first post of the thread to start in, or '' for the channel itself. */
    root_id: string;
    topic: string;

    /** This tab's WebSocket connection: only it may be told to open the join page. */
    connection_id: string;
    identity: '' | 'unique' | 'personal';

    /** Starts another meeting although one is open in the channel. */
    force: boolean;
}

/** What POST /meetings answers when it did not fail. */
export interface StartResult {

    /** 'prompted' says that the server asked the user something in the channel instead of starting. */
    outcome: 'started' | 'prompted';

    /** The join page, '' unless started. */
    meeting_url: string;
    post_id?: string;
}

/** The body of every failed answer. The message is meant for the user and already in the user's language. */
export interface Failure {
    error: {
        code: string;
        message: string;
    };
}

/** How one point of the self-check turned out. */
export interface Check {
    id: string;
    status: 'ok' | 'warn' | 'fail';
    message: string;

    /** What to do about it, '' when there is nothing to do. */
    fix: string;
}

/** What GET /setup tells a system admin. */
export interface Setup {
    redirect_url: string;
    webhook_url: string;
    deauthorization_url: string;

    /** Null where the server has nothing to check. */
    checks: Check[] | null;
}
