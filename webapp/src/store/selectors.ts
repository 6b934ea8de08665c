import type {OpenedWindow} from './reducer';

import type {Provider} from '../types/api';
import type {Channel, GlobalState, Post} from '../types/mattermost-webapp';

const noHosts: string[] = [];
const noProviders: Provider[] = [];

/** Where a meeting is to be posted. An empty channelId with a rootId means: in the channel of that post. */
export interface Place {
    channelId: string;
    rootId: string;
}

/**
 * Tells where the user is looking: at the thread open in the right-hand sidebar, else at the thread chosen in the global
 * Threads view, which has no channel, else at the channel itself.
 */
export function currentPlace(state: GlobalState, channel?: Channel | null): Place {
    const rhs = state.views.rhs;
    if (rhs?.selectedPostId && rhs.isSidebarOpen !== false) {
        return thread(state, rhs.selectedPostId, rhs.selectedChannelId);
    }
    if (channel?.id) {
        return {channelId: channel.id, rootId: ''};
    }
    return thread(state, state.views.threads?.selectedThreadIdInTeam?.[state.entities.teams.currentTeamId] ?? '');
}

/** Says whether a meeting started now would go into a thread. */
export function isThreadOpen(state: GlobalState): boolean {
    return currentPlace(state, {id: state.entities.channels.currentChannelId}).rootId !== '';
}

/** The tools that are switched on, as far as the server was heard. */
export function enabledProviders(state: GlobalState): Provider[] {
    return state['plugins-zoom']?.config?.tools ?? noProviders;
}

/** The plugin's bot, '' before the server said who that is. */
export function botId(state: GlobalState): string {
    return state['plugins-zoom']?.config?.bot_id ?? '';
}

/** The window of a tool that is open, null while none is. */
export function openedWindow(state: GlobalState): OpenedWindow | null {
    return state['plugins-zoom']?.window ?? null;
}

/** The name of a post's author, '' where the page does not know it. Unlike the post's props, nobody can forge it. */
export function authorOf(state: GlobalState, post: Post): string {
    return state.entities.users.profiles[post.user_id ?? '']?.username ?? '';
}

/** Who is logged in, '' while nobody is. */
export function currentUser(state: GlobalState): string {
    return state.entities?.users?.currentUserId ?? '';
}

/** The channel that the page shows, '' while it shows none. */
export function shownChannel(state: GlobalState): string {
    return state.entities.channels.currentChannelId;
}

/** What asked for the start that is under way, '' while none is. */
export function startedBy(state: GlobalState): string {
    return state['plugins-zoom']?.startedBy ?? '';
}

/** Whether the user answered this already-running prompt by starting another meeting. */
export function isAnswered(state: GlobalState, postId: string): boolean {
    return state['plugins-zoom']?.answered.includes(postId) ?? false;
}

/** The hosts whose links may stand behind a JOIN button. None is trusted before the server named them. */
export function joinHosts(state: GlobalState): string[] {
    return state['plugins-zoom']?.config?.join_hosts ?? noHosts;
}

/** This tab's WebSocket connection, '' before there was one. */
export function connectionId(state: GlobalState): string {
    return state.websocket?.connectionId ?? '';
}

/** Whether the server can show this page anything. The web app keeps the name of a connection that it lost. */
export function isConnected(state: GlobalState): boolean {
    return connectionId(state) !== '' && state.websocket?.connected !== false;
}

/** The viewer's time zone as set in Mattermost, undefined for the browser's own. */
export function viewerTimeZone(state: GlobalState): string | undefined {
    const {currentUserId, profiles} = state.entities.users;
    const setting = profiles[currentUserId]?.timezone;
    const automatic = setting?.useAutomaticTimezone;
    const zone = automatic === true || automatic === 'true' ? setting?.automaticTimezone : setting?.manualTimezone;
    return zone && isTimeZone(zone) ? zone : undefined;
}

/** Whether the viewer reads 13:00 rather than 1:00 PM. */
export function uses24HourClock(state: GlobalState): boolean {
    return state.entities.preferences.myPreferences['display_settings--use_military_time']?.value === 'true';
}

function thread(state: GlobalState, postId: string, channelId = ''): Place {
    const post = state.entities.posts.posts[postId];
    return {channelId: post?.channel_id || channelId, rootId: post?.root_id || postId};
}

// A zone this browser does not know would make every formatting call throw.
function isTimeZone(zone: string): boolean {
    try {
        return Boolean(new Intl.DateTimeFormat('en', {timeZone: zone}));
    } catch {
        return false;
    }
}
