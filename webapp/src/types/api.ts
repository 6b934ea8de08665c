// The requests and answers of the plugin's server under /plugins/zoom/api/v1. The server's tests write the same shapes to
// server/httpapi/testdata/*.golden.json.

/** The answer to GET /config. */
export interface Config {
    configured: boolean;
    authorization: 'user' | 'account' | 's2s';

    /** Whether the user has a working connection to Zoom. */
    connected: boolean;

    /** The hosts that a join button may link to. A host that starts with a dot stands for all its subdomains. */
    join_hosts: string[];

    /** The ID of the user who posts the cards. */
    bot_id: string;

    /** The enabled providers. Missing from older servers. */
    providers?: Provider[];
}

/** An enabled provider, and what it can do besides its cards. */
export interface Provider {
    id: string;
    name: string;

    /** Its slash command, without the slash. */
    word: string;

    /** The subcommands that the webapp has entries or windows for. */
    can: Array<'trigger' | 'search' | 'note' | 'configure'>;
}

/** The request of POST /meetings. */
export interface StartRequest {
    channel_id: string;

    /** The root post of the thread to start in, or '' for the channel itself. */
    root_id: string;
    topic: string;

    /** The ID of this tab's WebSocket connection. The server tells only this tab to open the join page. */
    connection_id: string;
    identity: '' | 'unique' | 'personal';

    /** Starts another meeting even if one is open in the channel. */
    force: boolean;
}

/** The answer to POST /meetings. */
export interface StartResult {

    /** 'prompted' means that the server asked the user a question in the channel instead of starting a meeting. */
    outcome: 'started' | 'prompted';

    /** The URL of the join page, '' unless started. */
    meeting_url: string;
    post_id?: string;
}

/** The body of every error response. The message is meant for the user, in the user's language. */
export interface Failure {
    error: {
        code: string;
        message: string;
    };
}

/** The result of one point of the self-check. */
export interface Check {
    id: string;
    status: 'ok' | 'warn' | 'fail';
    message: string;

    /** How to fix it, or '' if there is nothing to fix. */
    fix: string;
}

/** The answer to GET /setup, for system admins. */
export interface Setup {
    redirect_url: string;
    webhook_url: string;
    deauthorization_url: string;

    /** Null if the server has nothing to check. */
    checks: Check[] | null;
}

/** The query of GET /connections. The page begins at 1. */
export interface OverviewRequest {
    text: string;
    failing: boolean;
    page: number;
}

/** The answer to GET /connections, for system admins: a page of all connections to providers. */
export interface Overview {
    all: number;
    page: number;
    pages: number;
    connections: Connection[];
}

/** A connection to a provider, and how it does. The details are in the reader's language. */
export interface Connection {
    id: string;
    provider: string;
    name: string;

    /** Its page at the provider, or ''. */
    url: string;
    status: 'ok' | 'warn' | 'fail';
    details: string[];
}

/**
 * The next step in a window of a provider: a form, notes with buttons, or both. Without either, the conversation is finished.
 * The answer to POST /providers/{id}/run, POST /window/press, and POST /window/submit.
 */
export interface Step {
    form?: Form;
    notes?: Note[];

    /** The errors in the values just sent, by field name. The form stays open, and nothing was done. */
    errors?: Record<string, string>;
}

/** A channel, or a thread in it, given by its root post. root_id is '' for the channel itself. */
export interface Where {
    channel_id: string;
    root_id: string;
}

/** The request of POST /providers/{id}/run, which runs a provider's command. The text is what would follow the slash command. */
export interface RunRequest extends Where {
    text: string;
}

/** The request of POST /window/press, sent when the user clicks a button of a note or page. */
export interface PressRequest extends Where {
    press: string;
}

/** The request of POST /window/submit, with the values of a form's fields. A 'bool' is 'true' or 'false'. */
export interface SubmitRequest extends Where {
    kind: string;
    state: string;
    values: Record<string, string>;
}

/** The request of POST /window/options, which searches the options of a field with 'search'. */
export interface OptionsRequest extends Where {
    kind: string;
    state: string;
    field: string;
    term: string;
}

/** The answer to POST /window/options. */
export interface OptionsResult {
    options: FormOption[];
}

/** A form. All texts are in the user's language. */
export interface Form {
    kind: string;

    /** Sealed by the server for this user. The webapp returns it unchanged. */
    state: string;
    title: string;

    /** Markdown, or ''. */
    intro: string;

    /** The label of the submit button, or '' for the default. */
    submit: string;
    fields: FormField[];
}

export interface FormField {
    name: string;
    kind: 'text' | 'secret' | 'textarea' | 'select' | 'multiselect' | 'bool';
    label: string;
    help: string;
    placeholder: string;

    /** The initial value, 'true' or 'false' for a 'bool'. */
    default: string;
    optional: boolean;

    /** In characters, or 0 for no limit. */
    max_length: number;

    /** The options of a 'select'. With 'search', only the initial ones. */
    options: FormOption[];

    /** Options are searched on the server while the user types; see OptionsRequest. */
    search: boolean;
}

export interface FormOption {
    label: string;
    value: string;

    /** A second line with details, or ''. */
    detail: string;
}

/** A text or question for the user. */
export interface Note {

    /** Markdown. May have links to other sites where the user must sign in. */
    text: string;
    buttons: WindowButton[];
}

export interface WindowButton {
    label: string;
    primary: boolean;

    /** The button's operation, sealed by the server for this user. The webapp returns it in a PressRequest. */
    press: string;
}

/** The answer to GET /providers/{id}/page?channel_id=: a channel's setup for a provider. */
export interface ProviderPage {
    id: string;
    name: string;
    word: string;
    tabs: Tab[];
}

/** A tab of a provider's page: connections, subscriptions, or on-call rotations. */
export interface Tab {
    id: 'service' | 'notifications' | 'oncall';
    title: string;

    /** What the tab is for, or what to do if it is empty. Markdown. */
    intro: string;
    items: TabItem[];

    /** The buttons of the tab itself, such as one that adds an item. */
    buttons: WindowButton[];
}

export interface TabItem {
    title: string;

    /** Its page in the provider, or ''. */
    url: string;

    /** One line of Markdown each. */
    details: string[];
    buttons: WindowButton[];
}

/** The answer to GET /channels/{id}/providers, for the sidebar: all enabled providers. */
export interface ChannelProviders {
    providers: ChannelProvider[];
}

export interface ChannelProvider {
    id: string;
    name: string;
    word: string;

    /** As in Provider. */
    can: Provider['can'];

    /** The connections that the channel subscribes to. */
    connections: Array<{name: string; url: string; detail: string}>;

    /** The provider's open cards among the channel's recent posts, newest first. */
    cards: OpenCard[];
}

export interface OpenCard {

    /** The card's post, and the root post of its thread ('' if the card isn't a reply). */
    post_id: string;
    root_id: string;
    title: string;
    state: string;

    /** Its page in the provider, or ''. */
    url: string;

    /** The color of the entry. The state says the same in words. */
    tone: '' | 'running' | 'success' | 'warning' | 'failure' | 'inactive';

    /** The time of the last change, in milliseconds since 1970. */
    at: number;
}
