import type {OpenedWindow} from './reducer';

import type {Provider} from '../types/api';
import type {Channel, GlobalState, Post, UserProfile} from '../types/mattermost-webapp';

const noHosts: string[] = [];
const noProviders: Provider[] = [];

/** Where to post a meeting. An empty channelId with a rootId means the channel of that post. */
export interface Place {
    channelId: string;
    rootId: string;
}

/**
 * Returns where the user is: the thread that is open in the right-hand sidebar, otherwise the channel, otherwise the thread
 * selected in the global Threads view, which has no channel.
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

/** Reports whether a meeting started now would go into a thread. */
export function isThreadOpen(state: GlobalState): boolean {
    return currentPlace(state, {id: state.entities.channels.currentChannelId}).rootId !== '';
}

/** Returns the enabled providers, none before the server's configuration arrived. */
export function enabledProviders(state: GlobalState): Provider[] {
    return state['plugins-zoom']?.config?.providers ?? noProviders;
}

/** Returns the user ID of the plugin's bot, '' before the server's configuration arrived. */
export function botId(state: GlobalState): string {
    return state['plugins-zoom']?.config?.bot_id ?? '';
}

/** Returns the open window of a provider, or null. */
export function openedWindow(state: GlobalState): OpenedWindow | null {
    return state['plugins-zoom']?.window ?? null;
}

/** Returns the name of a post's author, '' if the page doesn't know it. Unlike the post's props, nobody can forge it. */
export function authorOf(state: GlobalState, post: Post): string {
    const author = state.entities.users.profiles[post.user_id ?? ''];
    return author ? displayName(state, author) : '';
}

/** Returns the name of the user with this username, or the username if the page doesn't know that user. */
export function nameOf(state: GlobalState, username: string): string {
    const user = Object.values(state.entities.users.profiles).find((profile) => profile?.username === username);
    return user ? displayName(state, user) : username;
}

// Names a user the way Mattermost does: by the reader's setting, or by the system's if the reader has none or if it is locked.
function displayName(state: GlobalState, {username = '', nickname, first_name: first, last_name: last}: UserProfile): string {
    const {config, license} = state.entities.general ?? {};
    const locked = license?.LockTeammateNameDisplay === 'true' && config?.LockTeammateNameDisplay === 'true';
    const own = locked ? undefined : state.entities.preferences.myPreferences['display_settings--name_format']?.value;
    const format = own || config?.TeammateNameDisplay;
    const fullName = [first, last].filter(Boolean).join(' ');
    const names: Record<string, string | undefined> = {nickname_full_name: nickname || fullName, full_name: fullName};
    return names[format ?? '']?.trim() || username;
}

/** Returns the ID of the logged-in user, or ''. */
export function currentUser(state: GlobalState): string {
    return state.entities?.users?.currentUserId ?? '';
}

/** Returns the ID of the channel that the page shows, or ''. */
export function currentChannel(state: GlobalState): string {
    return state.entities.channels.currentChannelId;
}

/** Returns what triggered the start in progress, or ''. See ZoomState.startedBy. */
export function startedBy(state: GlobalState): string {
    return state['plugins-zoom']?.startedBy ?? '';
}

/** Reports whether the user answered this already-running prompt by starting another meeting. */
export function isAnswered(state: GlobalState, postId: string): boolean {
    return state['plugins-zoom']?.answered.includes(postId) ?? false;
}

/** Returns the hosts that a join button may link to. None is trusted before the server's configuration arrived. */
export function joinHosts(state: GlobalState): string[] {
    return state['plugins-zoom']?.config?.join_hosts ?? noHosts;
}

/** Returns the ID of this tab's WebSocket connection, '' before the first one. */
export function connectionId(state: GlobalState): string {
    return state.websocket?.connectionId ?? '';
}

/** Reports whether the server can reach this tab. Mattermost keeps the ID of a connection that it lost. */
export function isConnected(state: GlobalState): boolean {
    return connectionId(state) !== '' && state.websocket?.connected !== false;
}

/** Returns the reader's time zone as set in Mattermost, or undefined for the browser's own. */
export function readerTimeZone(state: GlobalState): string | undefined {
    const {currentUserId, profiles} = state.entities.users;
    const setting = profiles[currentUserId]?.timezone;
    const automatic = setting?.useAutomaticTimezone;
    const zone = automatic === true || automatic === 'true' ? setting?.automaticTimezone : setting?.manualTimezone;
    return zone && isTimeZone(zone) ? zone : undefined;
}

/** Reports whether the reader prefers 13:00 to 1:00 PM. */
export function uses24HourClock(state: GlobalState): boolean {
    return state.entities.preferences.myPreferences['display_settings--use_military_time']?.value === 'true';
}

function thread(state: GlobalState, postId: string, channelId = ''): Place {
    const post = state.entities.posts.posts[postId];
    return {channelId: post?.channel_id || channelId, rootId: post?.root_id || postId};
}

// Formatting throws on a zone that the browser doesn't know.
function isTimeZone(zone: string): boolean {
    try {
        return Boolean(new Intl.DateTimeFormat('en', {timeZone: zone}));
    } catch {
        return false;
    }
}
