import React, {useState} from 'react';

import {send} from './actions.js';

/** The box to write messages and slash commands in. Enter sends. */
export function Composer({id, channelId, rootId, placeholder}) {
    const [text, setText] = useState('');
    const [failure, setFailure] = useState('');

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
            <textarea
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
        </div>
    );
}
