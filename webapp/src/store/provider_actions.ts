import {currentPlace} from './selectors';
import type {Action, Say} from './reducer';

import type {Client} from '../client';
import type {Provider} from '../types/api';
import type {Store} from '../types/mattermost-webapp';

/** A tool as far as its windows are concerned. */
type NamedProvider = Pick<Provider, 'id' | 'name'>;

/** What the user can set off at a provider: each opens a window, in which the server asks and answers. */
export interface ProviderActions {

    /** Does what the words say at this message box, or where the user is looking. 'configure' opens the tool's page. */
    openWindow(provider: NamedProvider, text: string, box?: {channelId?: string; rootId?: string}): void;

    /** Does what a word says about a message, in its channel and thread. */
    openWindowAbout(provider: NamedProvider, word: string, postId: string): Promise<void>;
    closeWindow(): void;

    /** Presses a button of a card, or chooses from its menu. Tells false where the server did not answer. */
    pressOnCard(postId: string, actionId: string, chosen: string): Promise<boolean>;
}

/** Makes these actions; tell shows what went wrong. */
export function newProviderActions(store: Store, client: Client, tell: (say: Say) => void): ProviderActions {
    const dispatch = (action: Action) => store.dispatch(action);

    function open({id, name}: NamedProvider, text: string, place: {channelId: string; rootId: string}) {
        if (place.channelId) {
            dispatch({type: 'zoom/window_opened', window: {provider: {id, name}, text, where: {channel_id: place.channelId, root_id: place.rootId}}});
        } else {
            tell({id: 'zoom.provider.no_channel'});
        }
    }
    return {
        openWindow(provider, text, box) {
            const state = store.getState();
            open(provider, text, box?.channelId ? {channelId: box.channelId, rootId: box.rootId ?? ''} : currentPlace(state, {id: state.entities.channels.currentChannelId}));
        },
        async openWindowAbout(provider, word, postId) {
            const post = store.getState().entities.posts.posts[postId];
            const channelId = post?.channel_id ?? await client.channelOfPost(postId).catch(() => '');
            open(provider, `${word} ${client.permalink(postId)}`, {channelId, rootId: post?.root_id ?? ''});
        },
        async pressOnCard(postId, actionId, chosen) {
            try {
                const trigger = await client.pressAction(postId, actionId, chosen);
                if (trigger) {
                    store.dispatch({type: 'RECEIVED_DIALOG_TRIGGER_ID', data: trigger}); // the web app opens the dialog that names it
                }
                return true;
            } catch {
                return false;
            }
        },
        closeWindow: () => void dispatch({type: 'zoom/window_closed'}),
    };
}
