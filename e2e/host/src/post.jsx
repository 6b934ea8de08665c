import React, {useEffect, useRef} from 'react';
import {useIntl} from 'react-intl';
import {useSelector} from 'react-redux';

import {openThread} from './actions.js';
import {api} from './api.js';
import {Attachments} from './attachments.jsx';
import {Markdown} from './markdown.jsx';
import {PostMenu} from './post_menu.jsx';
import {preference, theme, threadsCollapsed} from './store.js';

/** A list of posts, with a line where a new day begins. */
export function PostList({posts, inThread = false}) {
    const intl = useIntl();
    let lastDay = '';
    return posts.map((post) => {
        const day = intl.formatDate(post.create_at, {weekday: 'long', month: 'long', day: 'numeric'});
        const newDay = day !== lastDay && !inThread;
        lastDay = day;
        return (
            <React.Fragment key={post.id}>
                {newDay && <div className='day-separator'><span>{day}</span></div>}
                <Post
                    post={post}
                    inThread={inThread}
                />
            </React.Fragment>
        );
    });
}

function Post({post, inThread}) {
    const user = useSelector((state) => state.entities.users.profiles[post.user_id]);
    const ephemeral = post.ephemeral || post.type === 'system_ephemeral';

    // As in Mattermost, the edited mark belongs to the text, so a post that a plugin draws has none.
    const system = post.type?.startsWith('system_') && !ephemeral;
    const name = post.props?.override_username || (system ? 'System' : user?.username) || '…';
    const focused = useSelector((state) => state.host.focusedPostId) === post.id;
    const box = useRef(null);

    useEffect(() => {
        if (focused) {
            box.current.scrollIntoView({block: 'center'});
        }
    }, [focused]);

    return (
        <article
            ref={box}
            id={`${inThread ? 'rhsPost' : 'post'}_${post.id}`}
            className={focused ? 'post post--focused' : 'post'}
            onClick={(event) => !inThread && !system && !ephemeral && isClickOnPost(event) && openThread(post)}
        >
            <img
                className='post__avatar'
                src={system ? `${window.basename}/static/icon.svg` : post.props?.override_icon_url || api.image(post.user_id)}
                alt=''
            />
            <div className='post__main'>
                <div className='post__header'>
                    <b>{name}</b>
                    {user?.is_bot && <span className='post__bot'>BOT</span>}
                    <PostTime at={post.create_at}/>
                    {ephemeral && <span className='post__only-you'>(Only visible to you)</span>}
                    <div className='post__actions'>
                        <PostMenu
                            post={post}
                            place={place(post, inThread)}
                        />
                        {!inThread && !system && !ephemeral && (
                            <button
                                id={`CENTER_commentIcon_${post.id}`}
                                className='post__reply'
                                aria-label='reply'
                                onClick={() => openThread(post)}
                            >
                                ↩ Reply
                            </button>
                        )}
                    </div>
                </div>
                <Replied
                    post={post}
                    inThread={inThread}
                />
                <PostBody
                    post={post}
                    inThread={inThread}
                />
                {!inThread && !post.root_id && <ThreadFooter post={post}/>}
            </div>
        </article>
    );
}

// Mattermost's names for the places where it draws posts.
function place(post, inThread) {
    if (!inThread) {
        return 'CENTER';
    }
    return post.root_id ? 'RHS_COMMENT' : 'RHS_ROOT';
}

// With collapsed threads: who replied, how often, and when last.
function ThreadFooter({post}) {
    const collapsed = useSelector(threadsCollapsed);
    const all = useSelector((state) => state.entities.posts.posts);
    const replies = Object.values(all).filter(({root_id: root, delete_at: gone}) => root === post.id && !gone).sort((a, b) => a.create_at - b.create_at);
    const count = Math.max(replies.length, post.reply_count ?? 0);
    if (!collapsed || count === 0) {
        return null;
    }
    const people = [...new Set(replies.map(({user_id: id}) => id))].slice(-3);
    return (
        <button
            className='thread-footer'
            onClick={() => openThread(post)}
        >
            {people.map((id) => (
                <img
                    key={id}
                    className='thread-footer__avatar'
                    src={api.image(id)}
                    alt=''
                />
            ))}
            <span className='thread-footer__count'>{count === 1 ? '1 reply' : `${count} replies`}</span>
            {replies.length > 0 && <span className='thread-footer__last'>Last reply <PostTime at={replies.at(-1).create_at}/></span>}
        </button>
    );
}

// A prop can name the type that draws a post, because the server gives every ephemeral post the same type.
function drawnAs(post) {
    return typeof post.props?.type === 'string' ? post.props.type : post.type;
}

function Replied({post, inThread}) {
    const root = useSelector((state) => state.entities.posts.posts[post.root_id]);
    if (inThread || !post.root_id) {
        return null;
    }
    return <div className='post__replied'>Commented on a thread{root?.message ? `: ${root.message.slice(0, 60)}` : ''}</div>;
}

function PostTime({at}) {
    const intl = useIntl();
    const military = useSelector((state) => preference(state, 'display_settings', 'use_military_time')) === 'true';
    return <time className='post__time'>{intl.formatTime(at, {hour: 'numeric', minute: '2-digit', hourCycle: military ? 'h23' : 'h12'})}</time>;
}

/**
 * The contents of a post. As in Mattermost, the attachments are left out only if the post's own type is registered: ephemeral posts
 * and search results show them below what a plugin draws.
 */
export function PostBody({post, inThread, found = false}) {
    const types = useSelector((state) => state.plugins.postTypes);
    const current = useSelector(theme);
    const Component = types[drawnAs(post)]?.component;
    const message = Component ? (
        <Component
            post={post}
            compactDisplay={false}
            isRHS={inThread || found}
            theme={current}
        />
    ) : (
        <>
            {post.message && <Markdown text={post.message}/>}
            {post.edit_at > 0 && <span className='post__edited'>✎ Edited</span>}
        </>
    );
    if (types[post.type] && !found) {
        return message;
    }
    return (
        <div>
            {message}
            <Attachments post={post}/>
        </div>
    );
}

// As in Mattermost, a click anywhere on a post opens its thread, except on links, buttons, and the like. A <summary> isn't an exception.
const acting = ['A', 'BUTTON', 'IMG', 'SVG', 'AUDIO', 'VIDEO', 'INPUT', 'SELECT', 'TEXTAREA', 'CODE'];

function isClickOnPost({target, currentTarget}) {
    if (!currentTarget.contains(target) || !getSelection().isCollapsed) {
        return false;
    }
    for (let element = target; element !== currentTarget; element = element.parentElement) {
        if (acting.includes(element.tagName.toUpperCase()) || element.getAttribute('role') === 'button' || element.matches('.attachment')) {
            return false;
        }
    }
    return true;
}
