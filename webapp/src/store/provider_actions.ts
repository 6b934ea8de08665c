import {currentPlace} from './selectors';
import type {Action, Message} from './reducer';

import type {Client} from '../client';
import type {Provider} from '../types/api';
import type {Store} from '../types/mattermost-webapp';

/** The part of a provider that its windows need. */
type NamedProvider = Pick<Provider, 'id' | 'name'>;

/** The actions on providers. Most open a window, in which the server asks and answers. */
export interface ProviderActions {

    /**
     * Opens a window and runs a command in it, for the channel or thread of the given message box, or for where the user is.
     * 'configure' alone opens the provider's page.
     */
    openWindow(provider: NamedProvider, text: string, box?: {channelId?: string; rootId?: string}): void;

    /** Opens a window and runs a subcommand on a message in it, for the message's channel and thread. */
    openWindowAbout(provider: NamedProvider, subcommand: string, postId: string): Promise<void>;
    closeWindow(): void;

    /** Clicks a button of a card, or selects from its menu. Returns false if the server didn't answer. */
    clickOnCard(postId: string, actionId: string, selected: string): Promise<boolean>;
}

/** Makes the actions on providers. showNotice shows an error message. */
export function newProviderActions(store: Store, client: Client, showNotice: (message: Message) => void): ProviderActions {
    const dispatch = (action: Action) => store.dispatch(action);

    function open({id, name}: NamedProvider, text: string, place: {channelId: string; rootId: string}) {
        if (place.channelId) {
            dispatch({type: 'zoom/window_opened', window: {provider: {id, name}, text, where: {channel_id: place.channelId, root_id: place.rootId}}});
        } else {
            showNotice({id: 'zoom.provider.no_channel'});
        }
    }
    return {
        openWindow(provider, text, box) {
            const state = store.getState();
            open(provider, text, box?.channelId ? {channelId: box.channelId, rootId: box.rootId ?? ''} : currentPlace(state, {id: state.entities.channels.currentChannelId}));
        },
        async openWindowAbout(provider, subcommand, postId) {
            const post = store.getState().entities.posts.posts[postId];
            const channelId = post?.channel_id ?? await client.channelOfPost(postId).catch(() => '');
            open(provider, `${subcommand} ${client.permalink(postId)}`, {channelId, rootId: post?.root_id ?? ''});
        },
        async clickOnCard(postId, actionId, selected) {
            try {
                const trigger = await client.clickAction(postId, actionId, selected);
                if (trigger) {
                    store.dispatch({type: 'RECEIVED_DIALOG_TRIGGER_ID', data: trigger}); // Mattermost opens the dialog with this ID
                }
                return true;
            } catch {
                return false;
            }
        },
        closeWindow: () => void dispatch({type: 'zoom/window_closed'}),
    };
}
