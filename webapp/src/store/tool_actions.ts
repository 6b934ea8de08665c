import {currentPlace} from './selectors';
import type {Say} from './reducer';

import type {Client} from '../client';
import type {Tool} from '../types/api';
import type {Store} from '../types/mattermost-webapp';

/** What the user can set off at a tool. The server asks and answers with dialogs and posts, as for a typed command. */
export interface ToolActions {

    /** Runs a tool's word as if it were typed in this message box, or where the user is looking. */
    useTool(tool: Tool, word: string, box?: {channelId?: string; rootId?: string}): Promise<void>;

    /** Runs a tool's word on a message, in its channel and thread. */
    useToolOn(tool: Tool, word: string, postId: string): Promise<void>;
}

/** Makes these actions; tell shows what went wrong. */
export function newToolActions(store: Store, client: Client, tell: (say: Say) => void): ToolActions {
    async function run(command: string, place: {channelId: string; rootId: string}) {
        if (!place.channelId) {
            tell({id: 'zoom.tool.no_channel'});
            return;
        }
        try {
            const {trigger_id: trigger} = await client.execute(command, {...place, teamId: store.getState().entities.teams.currentTeamId});
            if (trigger) {
                // The web app opens a dialog only in the page that knows of what it answers.
                store.dispatch({type: 'RECEIVED_DIALOG_TRIGGER_ID', data: trigger});
            }
        } catch {
            tell({id: 'zoom.tool.failed'});
        }
    }
    return {
        useTool(tool, word, box) {
            const state = store.getState();
            const place = box?.channelId ? {channelId: box.channelId, rootId: box.rootId ?? ''} : currentPlace(state, {id: state.entities.channels.currentChannelId});
            return run(`/${tool.word} ${word}`, place);
        },
        async useToolOn(tool, word, postId) {
            const post = store.getState().entities.posts.posts[postId];
            const channelId = post?.channel_id ?? await client.channelOfPost(postId).catch(() => '');
            await run(`/${tool.word} ${word} ${client.permalink(postId)}`, {channelId, rootId: post?.root_id ?? ''});
        },
    };
}
