import {createStore} from 'redux';

import {api} from './api.js';
import {themes} from './theme.js';

// The parts of Mattermost's state that plugins use, in the same places, and this page's own state under 'host'.
const initial = {
    entities: {
        general: {config: {}},
        users: {currentUserId: '', profiles: {}},
        teams: {currentTeamId: '', teams: {}},
        channels: {currentChannelId: '', channels: {}, myMembers: {}},
        posts: {posts: {}},
        preferences: {myPreferences: {}},
        roles: {},
    },
    views: {
        rhs: {selectedPostId: '', selectedChannelId: '', isSidebarOpen: false, rhsState: null, pluggableId: ''},
        threads: {selectedThreadIdInTeam: {}},
    },
    websocket: {connected: false, connectionId: ''},
    plugins: {plugins: {}, components: {}, postTypes: {}, adminConsoleCustomComponents: {}},
    host: {path: location.pathname, translations: {}, ready: false, unread: {}, trigger: '', offered: null, dialog: null, found: [], focusedPostId: ''},
};

const pluginReducers = {};

function reduce(state = initial, action) {
    const next = {...changed(state, action)};
    for (const [name, reducer] of Object.entries(pluginReducers)) {
        next[name] = reducer(next[name], action);
    }
    return next;
}

function changed(state, action) {
    switch (action.type) {
    case 'host/change':
        return action.change(state);
    case 'RECEIVED_DIALOG_TRIGGER_ID': {
        // As in Mattermost, a dialog opens only in the page that triggered it. The event and the answer can arrive in any order.
        const {offered, dialog} = state.host;
        return {...state, host: {...state.host, trigger: action.data, dialog: offered?.trigger_id === action.data ? offered : dialog}};
    }
    case 'UPDATE_RHS_STATE':
        return {...state, views: {...state.views, rhs: {selectedPostId: '', selectedChannelId: '', isSidebarOpen: true, rhsState: action.state, pluggableId: action.pluggableId ?? ''}}};
    }
    return state;
}

/** The page's store. Like Mattermost's, it also runs functions. */
export const store = createStore(reduce);
const plain = store.dispatch;
store.dispatch = (action) => (typeof action === 'function' ? action(store.dispatch, store.getState) : plain(action));

/** Adds a plugin's reducer. */
export function addReducer(name, reducer) {
    pluginReducers[name] = reducer;
    plain({type: 'host/reducer_added'});
}

/** Sets the value at a path of the state. A function gets the old value. */
export function put(path, value) {
    const keys = Array.isArray(path) ? path : path.split('.');
    const inside = (state, depth) => {
        if (depth === keys.length) {
            return typeof value === 'function' ? value(state) : value;
        }
        return {...state, [keys[depth]]: inside(state?.[keys[depth]], depth + 1)};
    };
    plain({type: 'host/change', change: (state) => inside(state, 0)});
}

/** Adds or replaces posts. */
export function putPosts(posts) {
    put('entities.posts.posts', (old) => ({...old, ...Object.fromEntries(posts.map((post) => [post.id, post]))}));
}

/** Loads missing profiles. */
export async function loadUsers(ids) {
    const known = store.getState().entities.users.profiles;
    const missing = [...new Set(ids)].filter((id) => id && !known[id]);
    if (missing.length) {
        const users = await api.post('/users/ids', missing);
        put('entities.users.profiles', (old) => ({...old, ...Object.fromEntries(users.map((user) => [user.id, user]))}));
    }
}

/** Returns a preference, or '' if the user has none. */
export function preference(state, category, name) {
    return state.entities.preferences.myPreferences[`${category}--${name}`]?.value ?? '';
}

/** Reports whether replies appear only in their threads. */
export function threadsCollapsed(state) {
    const wanted = preference(state, 'display_settings', 'collapsed_reply_threads');
    switch (state.entities.general.config.CollapsedThreads) {
    case 'always_on':
        return true;
    case 'default_on':
        return wanted !== 'off';
    case 'default_off':
        return wanted === 'on';
    }
    return false;
}

/** Returns the user's theme, by default the light one. */
export function theme(state) {
    try {
        return {...themes.denim, ...JSON.parse(preference(state, 'theme', ''))};
    } catch {
        return themes.denim;
    }
}
