// The right-hand sidebar shows one thing at a time: a thread, search results, or a plugin's component.
import {put} from './store.js';

const closed = {selectedPostId: '', selectedChannelId: '', isSidebarOpen: false, rhsState: null, pluggableId: ''};

/** Closes the right-hand sidebar. */
export function closeSidebar() {
    put('views.rhs', closed);
}

/** Shows a thread in the right-hand sidebar. */
export function showThread(postId, channelId) {
    put('views.rhs', {...closed, selectedPostId: postId, selectedChannelId: channelId, isSidebarOpen: true});
}

/** Shows search results in the right-hand sidebar. */
export function showFound(terms, posts) {
    put('host.found', posts);
    put('views.rhs', {...closed, searchTerms: terms, isSidebarOpen: true, rhsState: 'search'});
}

/** The actions for a component that a plugin registered. As in Mattermost, show is a plain object and the others are functions. */
export function sidebarActions(id) {
    const showRHSPlugin = {type: 'UPDATE_RHS_STATE', state: 'plugin', pluggableId: id};
    const hideRHSPlugin = (dispatch, getState) => {
        if (getState().views.rhs.pluggableId === id) {
            closeSidebar();
        }
        return {data: true};
    };
    const toggleRHSPlugin = (dispatch, getState) => dispatch(getState().views.rhs.pluggableId === id ? hideRHSPlugin : showRHSPlugin);
    return {showRHSPlugin, hideRHSPlugin, toggleRHSPlugin};
}
