import type {TextId} from '../i18n';
import type {Config, Where} from '../types/api';

/** A message for screen readers. The serial number distinguishes a repeated message from an unchanged one. */
export interface Announcement {
    serial: number;
    message: Message;
}

/** A text of the catalog, or a text that the server already wrote in the user's language. */
export type Message = {id: TextId} | {text: string};

/** Something the user must see that no post in a channel says: a blocked tab, or a message. */
export type Notice = {kind: 'blocked'; url: string} | {kind: 'message'; message: Message};

/** An open window of a provider. */
export interface OpenedWindow {

    /** Distinguishes this window from earlier ones. */
    serial: number;
    provider: {id: string; name: string};
    where: Where;

    /** The command that opened it, without the slash command itself. 'configure' alone opens the provider's page. */
    text: string;
}

/** The plugin's part of Mattermost's store. */
export interface ZoomState {

    /** The server's latest configuration, or null before it arrived. */
    config: Config | null;

    /** What triggered the latest start in progress: a post ID, headerAction, or typedAction. '' if no start is in progress. */
    startedBy: string;
    announcement: Announcement | null;
    notice: Notice | null;

    /** The open window of a provider, or null. */
    window: OpenedWindow | null;

    /** The number of windows opened so far. */
    windows: number;

    /** The post IDs of the already-running prompts that the user answered by starting another meeting. */
    answered: string[];
}

/** The value of startedBy for the header button and the App Bar entry. */
export const headerAction = 'header';

/** The value of startedBy for a slash command. */
export const typedAction = 'typed';

/** The actions that change the plugin's state. */
export type Action =
    | {type: 'zoom/configured'; config: Config}
    | {type: 'zoom/start_began'; by: string}
    | {type: 'zoom/start_over'; by: string}
    | {type: 'zoom/announced'; message: Message}
    | {type: 'zoom/notice_changed'; notice: Notice | null}
    | {type: 'zoom/window_opened'; window: Omit<OpenedWindow, 'serial'>}
    | {type: 'zoom/window_closed'}
    | {type: 'zoom/prompt_answered'; postId: string};

const initial: ZoomState = {config: null, startedBy: '', announcement: null, notice: null, window: null, windows: 0, answered: []};

/** Reduces the plugin's part of the store. */
export function reducer(state: ZoomState = initial, action: Action): ZoomState {
    switch (action.type) {
    case 'zoom/configured':
        return {...state, config: action.config};
    case 'zoom/start_began':
        return {...state, startedBy: action.by, notice: null};
    case 'zoom/start_over':
        return state.startedBy === action.by ? {...state, startedBy: ''} : state;
    case 'zoom/announced':
        return {...state, announcement: {serial: (state.announcement?.serial ?? 0) + 1, message: action.message}};
    case 'zoom/notice_changed':
        return {...state, notice: action.notice};
    case 'zoom/window_opened':
        return {...state, windows: state.windows + 1, window: {...action.window, serial: state.windows + 1}};
    case 'zoom/window_closed':
        return {...state, window: null};
    case 'zoom/prompt_answered':
        return {...state, answered: [...state.answered, action.postId]};
    default:
        return state;
    }
}
