import {connectionId, currentPlace, isConnected, startedBy} from './selectors';
import {headerAction, typedAction} from './reducer';
import type {Action, Say} from './reducer';
import {newProviderActions} from './provider_actions';
import type {ProviderActions} from './provider_actions';

import {Refused} from '../client';
import type {Client} from '../client';
import {webAddress} from '../links';
import {openTab} from '../open_tab';
import type {TextId} from '../i18n';
import type {Config, StartRequest} from '../types/api';
import type {Channel, Store} from '../types/mattermost-webapp';

// A fast server may have answered between the two clicks of a double click, so what asked for a start is busy at least this
// long. People double-click within half a second.
const shortestStartMs = 1000;

// What the server refuses with these codes it may have had no way to post: it did not get as far as knowing where, or
// posting is what went wrong.
const perhapsNotPosted = ['internal', 'invalid_input'];

/** What the user, the server and the page can set off. */
export interface Actions extends ProviderActions {

    /** Starts a meeting where the user is looking. While a start is under way it does no more than say so. */
    startHere(channel?: Channel | null): Promise<void>;

    /**
     * Starts a meeting that was typed as a slash command, in this window: most servers do not tell a plugin which window
     * a command comes from, so only a request of our own gets the join page opened here. Tells false, and does nothing,
     * while a start is under way.
     */
    startTyped(typed: {channelId: string; rootId: string; topic: string}): boolean;

    /** Starts another meeting from the already-running prompt, in that prompt's channel and thread. */
    startAnother(prompt: {postId: string} & Omit<Start, 'by' | 'force'>): Promise<void>;

    /** Opens a join page in a new tab, or tells that the browser would not. */
    openJoinPage(url: string): void;

    /** Asks the server for its configuration; null when it did not answer, or when a later question overtook this one. */
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

/** Makes the plugin's actions on the web app's store. */
export function newActions(store: Store, client: Client): Actions {
    const dispatch = (action: Action) => store.dispatch(action);
    const announce = (id: TextId) => dispatch({type: 'zoom/announced', say: {id}});
    const tell = (say: Say) => dispatch({type: 'zoom/noticed', notice: {kind: 'told', say}});
    let questions = 0;
    let unanswered = false;

    const mayStart = (by: string) => !unanswered && startedBy(store.getState()) !== by;

    function openJoinPage(url: string) {
        const address = webAddress(url);
        if (address && !openTab(address)) {
            dispatch({type: 'zoom/noticed', notice: {kind: 'blocked', url: address.href}});
        }
    }

    async function post({by, channelId, rootId, topic, identity, force}: Start) {
        const channel = channelId || (rootId && await client.channelOfPost(rootId));
        if (!channel) {
            tell({id: 'zoom.failed.no_channel'});
            return;
        }
        const connection = connectionId(store.getState());
        const result = await client.startMeeting({channel_id: channel, root_id: rootId, topic, connection_id: connection, identity, force});
        if (result.outcome === 'started' && result.meeting_url) {
            announce('zoom.say.started');
            if (force) {
                dispatch({type: 'zoom/prompt_answered', postId: by});
            }
            openJoinPage(result.meeting_url);
        } else if (isConnected(store.getState())) {
            announce('zoom.say.prompted');
        } else {
            tell({id: 'zoom.notice.prompted'});
        }
    }

    async function start(what: Start) {
        if (!mayStart(what.by)) {
            // What asked for it shows that it is busy; anything else would seem to have done nothing.
            if (startedBy(store.getState()) !== what.by) {
                announce('zoom.label.busy');
            }
            return;
        }
        unanswered = true;
        dispatch({type: 'zoom/start_began', by: what.by});
        announce('zoom.say.starting');
        const settled = new Promise((resolve) => setTimeout(resolve, shortestStartMs));
        try {
            await post(what);
        } catch (error) {
            dispatch(explained(error, isConnected(store.getState())));
        }
        unanswered = false;
        await settled;
        dispatch({type: 'zoom/start_over', by: what.by});
    }

    return {
        ...newProviderActions(store, client, tell),
        openJoinPage,
        startHere: (channel) => start({...currentPlace(store.getState(), channel), by: headerAction, topic: '', identity: '', force: false}),
        startTyped: (typed) => {
            if (!mayStart(typedAction)) {
                return false;
            }
            start({...typed, by: typedAction, identity: '', force: false});
            return true;
        },
        startAnother: ({postId, ...prompt}) => start({...prompt, by: postId, force: true}),
        dismissNotice: () => void dispatch({type: 'zoom/noticed', notice: null}),
        async refreshConfig() {
            const question = ++questions;
            const config = await client.config().catch(() => null);
            if (!config || question !== questions) {
                return null;
            }
            dispatch({type: 'zoom/configured', config});
            return config;
        },
    };
}

// Tells of a failure in the place where it is not told already: what the server refuses it also posts where the user
// looks, as far as it can and the page hears of it.
function explained(error: unknown, connected: boolean): Action {
    if (!(error instanceof Refused)) {
        return {type: 'zoom/noticed', notice: {kind: 'told', say: {id: 'zoom.failed.unreachable'}}};
    }
    const say = {words: error.message};
    const posted = connected && !perhapsNotPosted.includes(error.code);
    return posted ? {type: 'zoom/announced', say} : {type: 'zoom/noticed', notice: {kind: 'told', say}};
}
