import {connectionId, currentPlace, isConnected, startedBy} from './selectors';
import {headerAction, typedAction} from './reducer';
import type {Action, Message} from './reducer';
import {newProviderActions} from './provider_actions';
import type {ProviderActions} from './provider_actions';

import {Refused} from '../client';
import type {Client} from '../client';
import {webAddress} from '../links';
import {openTab} from '../open_tab';
import type {TextId} from '../i18n';
import type {Config, StartRequest} from '../types/api';
import type {Channel, Store} from '../types/mattermost-webapp';

// A start lasts at least this long, so that the second click of a double click doesn't start another meeting after a fast answer.
const shortestStartMs = 1000;

// With these error codes, the server may not have posted the error in the channel: it didn't know where, or posting failed.
const perhapsNotPosted = ['internal', 'invalid_input'];

/** Everything that the user, the server, and the page can trigger. */
export interface Actions extends ProviderActions {

    /** Starts a meeting where the user is. While another start is in progress, only announces that. */
    startHere(channel?: Channel | null): Promise<void>;

    /**
     * Starts a meeting for a typed slash command. Most servers don't tell a plugin which tab a command comes from, so only a
     * request from this tab can open the join page here. Returns false, and does nothing, while another start is in progress.
     */
    startTyped(typed: {channelId: string; rootId: string; topic: string}): boolean;

    /** Starts another meeting from the already-running prompt, in that prompt's channel and thread. */
    startAnother(prompt: {postId: string} & Omit<Start, 'by' | 'force'>): Promise<void>;

    /** Opens a join page in a new tab, or shows a notice if the browser blocks it. */
    openJoinPage(url: string): void;

    /** Asks the server for its configuration. Returns null if the server didn't answer, or if a later call replaced this one. */
    refreshConfig(): Promise<Config | null>;
    dismissNotice(): void;
}

interface Start {
    by: string;
    channelId: string;
    rootId: string;
    topic: string;
    identity: StartRequest['identity'];
    force: boolean;
}

/** Makes the plugin's actions on Mattermost's store. */
export function newActions(store: Store, client: Client): Actions {
    const dispatch = (action: Action) => store.dispatch(action);
    const announce = (id: TextId) => dispatch({type: 'zoom/announced', message: {id}});
    const showNotice = (message: Message) => dispatch({type: 'zoom/notice_changed', notice: {kind: 'message', message}});
    let configCalls = 0;
    let unanswered = false;

    const canStart = (by: string) => !unanswered && startedBy(store.getState()) !== by;

    function openJoinPage(url: string) {
        const address = webAddress(url);
        if (address && !openTab(address)) {
            dispatch({type: 'zoom/notice_changed', notice: {kind: 'blocked', url: address.href}});
        }
    }

    async function post({by, channelId, rootId, topic, identity, force}: Start) {
        const channel = channelId || (rootId && await client.channelOfPost(rootId));
        if (!channel) {
            showNotice({id: 'zoom.failed.no_channel'});
            return;
        }
        const connection = connectionId(store.getState());
        const result = await client.startMeeting({channel_id: channel, root_id: rootId, topic, connection_id: connection, identity, force});
        if (result.outcome === 'started' && result.meeting_url) {
            announce('zoom.announce.started');
            if (force) {
                dispatch({type: 'zoom/prompt_answered', postId: by});
            }
            openJoinPage(result.meeting_url);
        } else if (isConnected(store.getState())) {
            announce('zoom.announce.prompted');
        } else {
            showNotice({id: 'zoom.notice.prompted'});
        }
    }

    async function start(what: Start) {
        if (!canStart(what.by)) {
            // The button that started the meeting shows that it's busy. Another one would seem to do nothing.
            if (startedBy(store.getState()) !== what.by) {
                announce('zoom.label.busy');
            }
            return;
        }
        unanswered = true;
        dispatch({type: 'zoom/start_began', by: what.by});
        announce('zoom.announce.starting');
        const settled = new Promise((resolve) => setTimeout(resolve, shortestStartMs));
        try {
            await post(what);
        } catch (error) {
            dispatch(failed(error, isConnected(store.getState())));
        }
        unanswered = false;
        await settled;
        dispatch({type: 'zoom/start_over', by: what.by});
    }

    return {
        ...newProviderActions(store, client, showNotice),
        openJoinPage,
        startHere: (channel) => start({...currentPlace(store.getState(), channel), by: headerAction, topic: '', identity: '', force: false}),
        startTyped: (typed) => {
            if (!canStart(typedAction)) {
                return false;
            }
            start({...typed, by: typedAction, identity: '', force: false});
            return true;
        },
        startAnother: ({postId, ...prompt}) => start({...prompt, by: postId, force: true}),
        dismissNotice: () => void dispatch({type: 'zoom/notice_changed', notice: null}),
        async refreshConfig() {
            const call = ++configCalls;
            const config = await client.config().catch(() => null);
            if (!config || call !== configCalls) {
                return null;
            }
            dispatch({type: 'zoom/configured', config});
            return config;
        },
    };
}

// Reports a failure where the user doesn't see it yet. The server also posts most refusals in the channel, so while the page
// receives posts, only screen readers need to hear about those.
function failed(error: unknown, connected: boolean): Action {
    if (!(error instanceof Refused)) {
        return {type: 'zoom/notice_changed', notice: {kind: 'message', message: {id: 'zoom.failed.unreachable'}}};
    }
    const message = {text: error.message};
    const posted = connected && !perhapsNotPosted.includes(error.code);
    return posted ? {type: 'zoom/announced', message} : {type: 'zoom/notice_changed', notice: {kind: 'message', message}};
}
