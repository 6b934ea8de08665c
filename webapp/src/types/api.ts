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

    /** The user that cards are posted by. */
    bot_id: string;

    /** The tools that are switched on. Missing from older servers. */
    tools?: Provider[];
}

/** What a tool can do beside its cards. */
export interface Provider {
    id: string;
    name: string;

    /** The word of its slash command. */
    word: string;

    /** The words behind it that there are. */
    can: Array<'trigger' | 'search' | 'note' | 'configure'>;
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

/**
 * What comes next in a window of a provider: a form, or notes with buttons, or both. Neither means that it is done. Answered by
 * POST /tools/{id}/run, POST /window/press and POST /window/submit.
 */
export interface Step {
    form?: Form;
    notes?: Note[];

    /** What is wrong with the answers just sent, by the field's name: the form stays, and nothing was done. */
    errors?: Record<string, string>;
}

/** Where something is done: in a channel, or in the thread that begins with a post there ('' for none). */
export interface Where {
    channel_id: string;
    root_id: string;
}

/** What POST /tools/{id}/run is asked: to do what these words do behind the tool's slash command. */
export interface RunRequest extends Where {
    text: string;
}

/** What POST /window/press is asked: to do what a button of a note or page does. */
export interface PressRequest extends Where {
    press: string;
}

/** What POST /window/submit is asked: to take the answers to a form. Those of a 'bool' are 'true' or 'false'. */
export interface SubmitRequest extends Where {
    kind: string;
    state: string;
    values: Record<string, string>;
}

/** What POST /window/options is asked: the choices of a field with 'search' that fit what was typed. */
export interface OptionsRequest extends Where {
    kind: string;
    state: string;
    field: string;
    term: string;
}

/** What POST /window/options answers. */
export interface OptionsResult {
    options: FormOption[];
}

/** A form, all texts in the user's language. */
export interface Form {
    kind: string;

    /** Sealed by the server for this user; it goes back as it is. */
    state: string;
    title: string;

    /** Markdown; '' for none. */
    intro: string;

    /** The label of the button that sends it; '' for the usual one. */
    submit: string;
    fields: FormField[];
}

export interface FormField {
    name: string;
    kind: 'text' | 'secret' | 'textarea' | 'select' | 'multiselect' | 'bool';
    label: string;
    help: string;
    placeholder: string;

    /** What it begins with; 'true' or 'false' for a 'bool'. */
    default: string;
    optional: boolean;

    /** In characters; 0 for no bound of ours. */
    max_length: number;

    /** The choices of a 'select'; for one with 'search', those to begin with. */
    options: FormOption[];

    /** The choices are looked up while the user types; see OptionsRequest. */
    search: boolean;
}

export interface FormOption {
    label: string;
    value: string;

    /** A second line that says more about it; '' for none. */
    detail: string;
}

/** Something the user is told or asked. */
export interface Note {

    /** Markdown, with links to other sites where the user has to sign in. */
    text: string;
    buttons: WindowButton[];
}

export interface WindowButton {
    label: string;
    primary: boolean;

    /** Sealed by the server for this user; it goes into a PressRequest. */
    press: string;
}

/** What GET /tools/{id}/page?channel_id= answers: all that a channel has set up of a provider. */
export interface ProviderPage {
    id: string;
    name: string;
    word: string;
    tabs: Tab[];
}

/** A tab of a tool's page: what the channel is connected to, what news it wants, who is told to be on call. */
export interface Tab {
    id: 'service' | 'incidents' | 'oncall';
    title: string;

    /** What the tab is for, or what to do where it is empty. Markdown. */
    intro: string;
    items: TabItem[];

    /** What the tab offers beside its items, such as to add one. */
    buttons: WindowButton[];
}

export interface TabItem {
    title: string;

    /** Its page at the tool; '' for none. */
    url: string;

    /** Markdown, a line each. */
    details: string[];
    buttons: WindowButton[];
}

/** What GET /channels/{id}/tools answers, for the sidebar: each tool that is switched on. */
export interface ChannelProviders {
    tools: ChannelProvider[];
}

export interface ChannelProvider {
    id: string;
    name: string;
    word: string;

    /** What it can do beside its cards, as in Provider. */
    can: Provider['can'];

    /** What the channel follows. */
    connections: Array<{name: string; url: string; detail: string}>;

    /** What is open of it among the channel's recent cards, the newest first. */
    cards: OpenCard[];
}

export interface OpenCard {

    /** The card's post, and the thread it is in ('' where it begins one). */
    post_id: string;
    root_id: string;
    title: string;
    state: string;

    /** Its page at the tool; '' for none. */
    url: string;

    /** How it feels at a glance; the state says the same. */
    tone: '' | 'running' | 'success' | 'warning' | 'failure' | 'inactive';

    /** When it changed last, in milliseconds since 1970. */
    at: number;
}
