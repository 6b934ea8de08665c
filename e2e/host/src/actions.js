import {api} from './api.js';
import {syncPlugins} from './plugins.js';
import {showFound, showThread} from './rhs.js';
import {connect, putPreferences} from './socket.js';
import {loadUsers, put, putPosts, store, threadsCollapsed} from './store.js';

// How long a post that a link leads to is highlighted.
const focusedForMs = 4000;

/** Opens another page of the site. */
export function go(path) {
    history.pushState(null, '', window.basename + path);
    put('host.path', location.pathname);
}

window.addEventListener('popstate', () => put('host.path', location.pathname));

/**
 * Loads the plugins and the logged-in user's data, or opens the login page. As in Mattermost, plugins are loaded before the login, and
 * the login doesn't reload the page.
 */
export async function start() {
    await syncPlugins().catch(() => {});
    let me;
    try {
        me = await api.get('/users/me');
    } catch {
        put('host.ready', true);
        if (!location.pathname.endsWith('/login')) {
            go(`/login?redirect_to=${encodeURIComponent(location.pathname)}`);
        }
        return;
    }
    put('entities.users.profiles', (old) => ({...old, [me.id]: me}));
    put('entities.users.currentUserId', me.id);
    const [config, teams, preferences] = await Promise.all([api.get('/config/client?format=old'), api.get('/users/me/teams'), api.get('/users/me/preferences')]);
    put('entities.general.config', config);
    putPreferences(preferences);
    put('entities.teams.teams', Object.fromEntries(teams.map((team) => [team.id, team])));
    if (teams[0]) {
        put('entities.teams.currentTeamId', teams[0].id);
        await loadChannels(teams[0].id);
    }
    connect(syncPlugins, reload);
    put('host.ready', true);
}

async function loadChannels(teamId) {
    const channels = await api.get(`/users/me/teams/${teamId}/channels`);
    await loadUsers(channels.filter(({type}) => type === 'D').flatMap(({name}) => name.split('__')));
    put('entities.channels.channels', Object.fromEntries(channels.map((channel) => [channel.id, channel])));
}

// Events that the server sent while the connection was down are lost.
async function reload() {
    const {currentChannelId} = store.getState().entities.channels;
    if (currentChannelId) {
        await loadPosts(currentChannelId);
    }
    await syncPlugins();
}

async function loadPosts(channelId) {
    const list = await api.get(`/channels/${channelId}/posts?per_page=60`);
    const posts = Object.values(list.posts);
    await loadUsers(posts.map(({user_id: id}) => id));
    putPosts(posts);
}

/** Shows a channel, or the global Threads view for ''. */
export function openChannel(channelId) {
    put('entities.channels.currentChannelId', channelId);
    if (channelId) {
        put(['host', 'unread', channelId], false);
        loadPosts(channelId);
    }
}

/** Opens the thread of a post in the right-hand sidebar. */
export async function openThread(post) {
    const root = post.root_id || post.id;
    showThread(root, post.channel_id);
    if (!post.ephemeral) {
        await loadThread(root);
    }
}

/** Searches for messages, and shows the results in the right-hand sidebar. */
export async function search(terms) {
    const list = await api.post(`/teams/${store.getState().entities.teams.currentTeamId}/posts/search`, {terms, is_or_search: false});
    const posts = list.order.map((id) => list.posts[id]);
    await loadUsers(posts.map(({user_id: id}) => id));
    showFound(terms, posts);
}

/** Loads the posts of a thread. */
export async function loadThread(root) {
    const list = await api.get(`/posts/${root}/thread`);
    const posts = Object.values(list.posts);
    await loadUsers(posts.map(({user_id: id}) => id));
    putPosts(posts);
}

/** Shows a post in its channel and highlights it for a moment. With collapsed threads, shows a reply in its thread. */
export async function openPermalink(postId) {
    const state = store.getState();
    const team = state.entities.teams.teams[state.entities.teams.currentTeamId];
    const post = await api.get(`/posts/${postId}`).catch(() => null);
    const channel = state.entities.channels.channels[post?.channel_id];
    if (!channel) {
        go(`/${team.name}/channels/town-square`);
        return;
    }
    await loadUsers([post.user_id]);
    putPosts([post]);
    go(`/${team.name}/channels/${channel.name}`);
    if (post.root_id && threadsCollapsed(store.getState())) {
        await openThread(post);
    }
    put('host.focusedPostId', postId);
    setTimeout(() => put('host.focusedPostId', (now) => (now === postId ? '' : now)), focusedForMs);
}

/** Sends a message, or runs a slash command after the plugins' hooks. */
export async function send(text, channelId, rootId) {
    if (!text.startsWith('/')) {
        putPosts([await api.post('/posts', {channel_id: channelId, root_id: rootId, message: text})]);
        return;
    }
    const state = store.getState();
    let command = {message: text, args: {channel_id: channelId, team_id: state.entities.teams.currentTeamId, root_id: rootId}};
    for (const {hook} of state.plugins.components.SlashCommandWillBePosted ?? []) {
        command = await hook(command.message, command.args);
        if (command.error) {
            throw new Error(command.error.message);
        }
        if (!command.message) {
            return;
        }
    }
    const answer = await api.post('/commands/execute', {...command.args, command: command.message});
    if (answer.goto_location) {
        window.open(answer.goto_location, '_blank', 'noopener');
    }
    expectDialog(answer.trigger_id);
}

/** Clicks a button of a post, or selects from its menu. The server identifies ephemeral posts, which it doesn't store, by the cookie. */
export async function clickAction(post, action, option) {
    const answer = await api.post(`/posts/${post.id}/actions/${action.id}`, {cookie: action.cookie, selected_option: option});
    expectDialog(answer?.trigger_id);
}

function expectDialog(trigger) {
    if (trigger) {
        store.dispatch({type: 'RECEIVED_DIALOG_TRIGGER_ID', data: trigger});
    }
}

/** Submits a dialog, and closes it unless the server reports errors. */
export async function submitDialog(request, submission) {
    const {entities: {users, channels, teams}} = store.getState();
    const {callback_id: callback, state} = request.dialog;
    const answer = await api.post('/actions/dialogs/submit', {
        url: request.url, callback_id: callback, state, submission, user_id: users.currentUserId, channel_id: channels.currentChannelId, team_id: teams.currentTeamId,
    });
    const errors = answer?.errors ?? {};
    if (!answer?.error && Object.keys(errors).length === 0) {
        put('host.dialog', null);
    }
    return {error: answer?.error ?? '', errors};
}

/** Cancels a dialog, and notifies the integration if it wants that. */
export function cancelDialog(request) {
    put('host.dialog', null);
    if (!request.dialog.notify_on_cancel) {
        return;
    }
    const {entities: {users, channels, teams}} = store.getState();
    const {callback_id: callback, state} = request.dialog;
    api.post('/actions/dialogs/submit', {
        url: request.url, callback_id: callback, state, submission: {}, cancelled: true,
        user_id: users.currentUserId, channel_id: channels.currentChannelId, team_id: teams.currentTeamId,
    }).catch(() => {});
}

/** Stores one of the user's preferences. */
export async function setPreference(category, name, value) {
    const userId = store.getState().entities.users.currentUserId;
    await api.put(`/users/${userId}/preferences`, [{user_id: userId, category, name, value}]);
    putPreferences([{category, name, value}]);
}
