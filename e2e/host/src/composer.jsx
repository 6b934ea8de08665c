import React, {useEffect, useRef, useState} from 'react';
import {useSelector} from 'react-redux';

import {send} from './actions.js';

/** The message box, for messages and slash commands. Enter sends. */
export function Composer({id, channelId, rootId, placeholder}) {
    const [text, setText] = useState('');
    const [failure, setFailure] = useState('');
    const box = useRef(null);

    // As in Mattermost, letters typed outside any field go to the channel's message box.
    const isMain = !rootId;
    useEffect(() => {
        const take = (event) => isMain && goesToTheBox(event, document.activeElement) && box.current.focus();
        document.addEventListener('keydown', take);
        return () => document.removeEventListener('keydown', take);
    }, [isMain]);

    async function submit() {
        const message = text.trim();
        if (!message) {
            return;
        }
        setText('');
        setFailure('');
        try {
            await send(message, channelId, rootId);
        } catch (error) {
            setText(message);
            setFailure(error.message);
        }
    }

    return (
        <div className='composer'>
            {failure && (
                <p
                    className='composer__failure'
                    role='alert'
                >
                    {failure}
                </p>
            )}
            <div className='composer__box'>
                <textarea
                    ref={box}
                    id={id}
                    rows={2}
                    aria-label={placeholder}
                    placeholder={placeholder}
                    value={text}
                    onChange={(event) => setText(event.target.value)}
                    onKeyDown={(event) => {
                        if (event.key === 'Enter' && !event.shiftKey) {
                            event.preventDefault();
                            submit();
                        }
                    }}
                />
                <div className='composer__tools'>
                    {['B', 'I', 'S', 'H', '</>'].slice(0, rootId ? 2 : 5).map((letter) => (
                        <span
                            key={letter}
                            className='composer__format'
                            aria-hidden='true'
                        >
                            {letter}
                        </span>
                    ))}
                    <PluginTools
                        draft={{message: text, fileInfos: [], uploadsInProgress: [], channelId, rootId}}
                        box={box}
                        onText={setText}
                    />
                </div>
            </div>
        </div>
    );
}

// The plugins' components in the toolbar, after the formatting buttons. They get the draft and can change it.
function PluginTools({draft, box, onText}) {
    const entries = useSelector((state) => state.plugins.components.PostEditorAction) ?? [];
    return entries.map(({id, component: Component}) => (
        <Component
            key={id}
            draft={draft}
            getSelectedText={() => ({start: box.current?.selectionStart, end: box.current?.selectionEnd})}
            updateText={onText}
        />
    ));
}

// Reports whether a key moves the focus to the message box: letters and pasting do, unless a field has the focus, even in a window.
function goesToTheBox(event, focused) {
    if (!focused || ['TEXTAREA', 'INPUT'].includes(focused.tagName)) {
        return false;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === 'v') {
        return true;
    }
    const onSomethingToPress = ['A', 'BUTTON', 'SELECT'].includes(focused.tagName) || focused.getAttribute('role') === 'button';
    return !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1 && !(event.key === ' ' && onSomethingToPress);
}
