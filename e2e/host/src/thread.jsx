import React, {useEffect, useRef, useState} from 'react';
import {useSelector} from 'react-redux';

import {go, loadThread} from './actions.js';
import {api} from './api.js';
import {Composer} from './composer.jsx';
import {PostBody, PostList} from './post.jsx';
import {closeSidebar} from './rhs.js';
import {loadUsers, put, putPosts, theme} from './store.js';

/** The right-hand sidebar: a thread, search results, or a plugin's component. */
export function RightSidebar() {
    const {selectedPostId, selectedChannelId, isSidebarOpen, rhsState, pluggableId} = useSelector((state) => state.views.rhs);
    if (isSidebarOpen && rhsState === 'plugin') {
        return <PluginSidebar id={pluggableId}/>;
    }
    if (isSidebarOpen && rhsState === 'search') {
        return <Found/>;
    }
    if (!isSidebarOpen || !selectedPostId) {
        return null;
    }
    return (
        <aside
            id='rhsContainer'
            className='thread'
        >
            <div className='thread__header'>
                <h2>Thread</h2>
                <button
                    id='rhsCloseButton'
                    aria-label='Close'
                    onClick={closeSidebar}
                >
                    ✕
                </button>
            </div>
            <Thread
                rootId={selectedPostId}
                channelId={selectedChannelId}
            />
        </aside>
    );
}

// Search results, drawn the way Mattermost draws them.
function Found() {
    const posts = useSelector((state) => state.host.found);
    return (
        <aside
            id='rhsContainer'
            className='thread'
        >
            <div className='thread__header'>
                <h2>Search Results</h2>
                <button
                    id='searchResultsCloseButton'
                    aria-label='Close'
                    onClick={closeSidebar}
                >
                    ✕
                </button>
            </div>
            <div
                id='search-items-container'
                className='thread__posts'
            >
                {posts.map((post) => (
                    <div
                        key={post.id}
                        id={`searchResult_${post.id}`}
                        className='search-item__container post'
                    >
                        <div className='post__main'>
                            <PostBody
                                post={post}
                                inThread={false}
                                found={true}
                            />
                        </div>
                    </div>
                ))}
            </div>
        </aside>
    );
}

function PluginSidebar({id}) {
    const entry = useSelector((state) => state.plugins.components.RightHandSidebarComponent)?.find((registered) => registered.id === id);
    const current = useSelector(theme);
    const Component = entry?.component;
    return (
        <aside
            id='rhsContainer'
            className='thread'
        >
            <div className='thread__header'>
                <h2 id='rhsPanelTitle'>{entry?.title}</h2>
                <button
                    id='searchResultsCloseButton'
                    aria-label='Close'
                    onClick={closeSidebar}
                >
                    ✕
                </button>
            </div>
            <div className='thread__plugin'>{Component && <Component theme={current}/>}</div>
        </aside>
    );
}

function Thread({rootId, channelId}) {
    const all = useSelector((state) => state.entities.posts.posts);
    const posts = Object.values(all).filter((post) => (post.id === rootId || post.root_id === rootId) && !post.delete_at).sort((a, b) => a.create_at - b.create_at);
    const list = useRef(null);

    useEffect(() => {
        list.current.scrollTop = list.current.scrollHeight;
    }, [posts.length, rootId]);

    return (
        <>
            <div
                ref={list}
                className='thread__posts'
            >
                <PostList
                    posts={posts.filter(({id}) => id === rootId)}
                    inThread={true}
                />
                {posts.length > 1 && <div className='thread__count'><span>{posts.length === 2 ? '1 reply' : `${posts.length - 1} replies`}</span></div>}
                <PostList
                    posts={posts.filter(({id}) => id !== rootId)}
                    inThread={true}
                />
            </div>
            <Composer
                id='reply_textbox'
                channelId={channelId}
                rootId={rootId}
                placeholder='Reply to this thread...'
            />
        </>
    );
}

/** The global Threads view: all followed threads of the team, one of them open. It belongs to no channel. */
export function ThreadsView({threadId}) {
    const team = useSelector((state) => state.entities.teams.teams[state.entities.teams.currentTeamId]);
    const open = useSelector((state) => state.entities.posts.posts[threadId]);
    const [threads, setThreads] = useState([]);

    useEffect(() => {
        closeSidebar();
        api.get(`/users/me/teams/${team.id}/threads?extended=false&per_page=25`).then(({threads: found}) => setThreads(found ?? []), () => setThreads([]));
    }, [team.id]);

    useEffect(() => {
        put(['views', 'threads', 'selectedThreadIdInTeam', team.id], threadId ?? null);
        if (threadId) {
            loadThread(threadId);
        }
    }, [team.id, threadId]);

    return (
        <main className='threads'>
            <div className='threads__list'>
                <h2>Followed threads</h2>
                {threads.map(({id, post}) => (
                    <button
                        key={id}
                        className={id === threadId ? 'threads__item active' : 'threads__item'}
                        onClick={async () => {
                            await loadUsers([post.user_id]);
                            putPosts([post]);
                            go(`/${team.name}/threads/${id}`);
                        }}
                    >
                        {post.message || post.props?.attachments?.[0]?.fallback || 'A post'}
                    </button>
                ))}
            </div>
            {open && (
                <div className='threads__open'>
                    <Thread
                        rootId={open.root_id || open.id}
                        channelId={open.channel_id}
                    />
                </div>
            )}
        </main>
    );
}
