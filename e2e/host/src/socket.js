import {store, loadUsers, put, putPosts} from './store.js';

/** The plugins' handlers, by event and plugin. */
export const socketHandlers = {};

/** The plugins' handlers for a reconnect, by plugin. */
export const reconnectHandlers = {};

const retryMs = 1000;

/** Keeps a WebSocket connection to the server, and stores its events. */
export function connect(pluginsChanged, missedEvents) {
    let first = true;
    (function open() {
        const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
        const socket = new WebSocket(`${scheme}://${location.host}${window.basename}/api/v4/websocket?connection_id=&sequence_number=0`);
        socket.onmessage = ({data}) => receive(JSON.parse(data), pluginsChanged);
        socket.onopen = () => {
            put('websocket.connected', true);
            if (!first) {
                missedEvents();
                Object.values(reconnectHandlers).forEach((handler) => handler());
            }
            first = false;
        };
        socket.onclose = () => {
            // As in Mattermost, the lost connection's ID stays until there is a new one.
            put('websocket.connected', false);
            setTimeout(open, retryMs);
        };
    }());
}

function receive(message, pluginsChanged) {
    const {event, data = {}} = message;
    switch (event) {
    case 'hello':
        put('websocket.connectionId', data.connection_id);
        break;
    case 'posted':
    case 'post_edited':
    case 'ephemeral_message':
        receivePost(JSON.parse(data.post), event);
        break;
    case 'post_deleted':
        put('entities.posts.posts', ({[JSON.parse(data.post).id]: _gone, ...others}) => others);
        break;
    case 'open_dialog':
        offerDialog(JSON.parse(data.dialog));
        break;
    case 'preferences_changed':
        putPreferences(JSON.parse(data.preferences));
        break;
    case 'plugin_enabled':
    case 'plugin_disabled':
        pluginsChanged();
        break;
    }
    Object.values(socketHandlers[event] ?? {}).forEach((handler) => handler(message));
}

// A dialog opens once the answer to this page's request has its ID, which may have arrived already.
function offerDialog(request) {
    put('host.offered', request);
    if (store.getState().host.trigger === request.trigger_id) {
        put('host.dialog', request);
    }
}

function receivePost(post, event) {
    putPosts([event === 'ephemeral_message' ? {...post, ephemeral: true} : post]);
    loadUsers([post.user_id]);
    if (event === 'posted' && post.channel_id !== store.getState().entities.channels.currentChannelId) {
        put(['host', 'unread', post.channel_id], true);
    }
}

/** Stores preferences from the server. */
export function putPreferences(preferences) {
    put('entities.preferences.myPreferences', (old) => ({...old, ...Object.fromEntries(preferences.map((entry) => [`${entry.category}--${entry.name}`, entry]))}));
}
