import type {TextId} from '../i18n';
import type {Config, Where} from '../types/api';

/** Something to say to screen readers. The serial number tells a repeated text from an unchanged one. */
export interface Announcement {
    serial: number;

    say: Say;
}

/** A text of the catalogue, or words that the server already put into the user's language. */
export type Say = {id: TextId} | {words: string};

/** Something the user must see that no post in a channel tells. */
export type Notice = {kind: 'blocked'; url: string} | {kind: 'told'; say: Say};

/** A window of a tool that is open. */
export interface OpenedWindow {

    /** Tells a window from one that was open before. */
    serial: number;
    provider: {id: string; name: string};
    where: Where;

    /** What it is for, in the words of the tool's command: 'configure' alone is the tool's page. */
    text: string;
}

/** The plugin's part of the web app's store. */
export interface ZoomState {

    /** What the server last told of itself, null before it did. */
    config: Config | null;

    /** What asked for the newest start that is under way: a post's id, headerAction or typedAction; '' while none is. */
    startedBy: string;
    announcement: Announcement | null;
    notice: Notice | null;

    /** The window of a tool that is open, null while none is. */
    window: OpenedWindow | null;

    /** How many were opened so far. */
    windows: number;

    /** The already-running prompts that were answered with another meeting, by post id. */
    answered: string[];
}

/** Stands in startedBy for the header button and the App Bar entry. */
export const headerAction = 'header';

/** Stands in startedBy for a slash command. */
export const typedAction = 'typed';

/** What can happen to the plugin's state. */
export type Action =
    | {type: 'zoom/configured'; config: Config}
    | {type: 'zoom/start_began'; by: string}
    | {type: 'zoom/start_over'; by: string}
    | {type: 'zoom/announced'; say: Say}
    | {type: 'zoom/noticed'; notice: Notice | null}
    | {type: 'zoom/window_opened'; window: Omit<OpenedWindow, 'serial'>}
    | {type: 'zoom/window_closed'}
    | {type: 'zoom/prompt_answered'; postId: string};

const initial: ZoomState = {config: null, startedBy: '', announcement: null, notice: null, window: null, windows: 0, answered: []};

/** Keeps the plugin's state. */
export function reducer(state: ZoomState = initial, action: Action): ZoomState {
    switch (action.type) {
    case 'zoom/configured':
        return {...state, config: action.config};
    case 'zoom/start_began':
        return {...state, startedBy: action.by, notice: null};
    case 'zoom/start_over':
        return state.startedBy === action.by ? {...state, startedBy: ''} : state;
    case 'zoom/announced':
        return {...state, announcement: {serial: (state.announcement?.serial ?? 0) + 1, say: action.say}};
    case 'zoom/noticed':
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
