import React, {useEffect, useRef, useState} from 'react';
import {useSelector} from 'react-redux';

const headerHeight = 104;

/**
 * The plugins' menu of a message, behind a button that appears while the pointer is on the message. As in Mattermost, system messages
 * and ephemeral posts have no menu, and an empty menu has no button.
 */
export function PostMenu({post, place}) {
    const entries = useSelector((state) => state.plugins.components.PostDropdownMenu) ?? [];
    const [open, setOpen] = useState('');
    const whole = useRef(null);
    const button = useRef(null);

    useEffect(() => {
        const leave = (event) => {
            if (!whole.current?.contains(event.target)) {
                setOpen('');
            }
        };
        document.addEventListener('mousedown', leave);
        return () => document.removeEventListener('mousedown', leave);
    }, []);

    const offered = post.type?.startsWith('system_') || post.ephemeral ? [] : entries.filter(({filter}) => !filter || filter(post.id));
    if (offered.length === 0) {
        return null;
    }

    const toggle = () => {
        const above = button.current.getBoundingClientRect().top - headerHeight;
        setOpen(open ? '' : (above > (window.innerHeight - headerHeight) / 2 && 'up') || 'down');
    };
    const close = () => {
        setOpen('');
        button.current.focus();
    };
    return (
        <span
            ref={whole}
            className='post-menu'
        >
            <button
                ref={button}
                id={`${place}_actions_button_${post.id}`}
                className={open ? 'post__reply post__reply--open' : 'post__reply'}
                aria-label='actions'
                aria-haspopup='menu'
                aria-expanded={Boolean(open)}
                onClick={toggle}
            >
                …
            </button>
            {open && (
                <Menu
                    postId={post.id}
                    entries={offered}
                    side={open}
                    onClose={close}
                />
            )}
        </span>
    );
}

function Menu({postId, entries, side, onClose}) {
    const list = useRef(null);
    useEffect(() => list.current.querySelector('button').focus(), []);

    function step(event) {
        const all = [...list.current.querySelectorAll('button')];
        const by = {ArrowDown: 1, ArrowUp: all.length - 1}[event.key];
        if (by) {
            event.preventDefault();
            all[(all.indexOf(document.activeElement) + by) % all.length].focus();
        } else if (event.key === 'Escape') {
            onClose();
        }
    }
    return (
        <ul
            ref={list}
            className={`post-menu__list post-menu__list--${side}`}
            role='menu'
            aria-label='Post extra options'
            onKeyDown={step}
        >
            {entries.map(({id, text, action}) => (
                <li
                    key={id}
                    role='none'
                >
                    <button
                        role='menuitem'
                        onClick={() => {
                            onClose();
                            action?.(postId);
                        }}
                    >
                        {text}
                    </button>
                </li>
            ))}
        </ul>
    );
}
