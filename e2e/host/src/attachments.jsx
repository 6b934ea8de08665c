import React, {useState} from 'react';

import {api} from './api.js';
import {Markdown} from './markdown.jsx';

const tones = {good: '#3db887', warning: '#ffbc1f', danger: '#d24b4e'};

/** A post's message attachments with their buttons and menus. */
export function Attachments({post}) {
    const attachments = Array.isArray(post.props?.attachments) ? post.props.attachments : [];
    return attachments.map((attachment, index) => (
        <Attachment
            key={index}
            post={post}
            attachment={attachment}
        />
    ));
}

function Attachment({post, attachment}) {
    return (
        <>
            {attachment.pretext && <Markdown text={attachment.pretext}/>}
            <div
                className='attachment'
                style={{borderLeftColor: tones[attachment.color] ?? attachment.color}}
            >
                {attachment.author_name && <div className='attachment__author'>{attachment.author_name}</div>}
                {attachment.title && (
                    <h4 className='attachment__title'>
                        {attachment.title_link ? <a href={attachment.title_link}>{attachment.title}</a> : attachment.title}
                    </h4>
                )}
                {attachment.text && <Markdown text={attachment.text}/>}
                {(attachment.fields ?? []).map(({title, value}) => (
                    <div key={title}>
                        <b>{title}</b>
                        <Markdown text={String(value)}/>
                    </div>
                ))}
                <Actions
                    post={post}
                    actions={attachment.actions ?? []}
                />
                {attachment.footer && <div className='attachment__footer'>{attachment.footer}</div>}
            </div>
        </>
    );
}

function Actions({post, actions}) {
    const [failure, setFailure] = useState('');

    // The server tells ephemeral posts, which it does not keep, by the cookie it put into the action.
    async function press(action, option) {
        setFailure('');
        try {
            await api.post(`/posts/${post.id}/actions/${action.id}`, {cookie: action.cookie, selected_option: option});
        } catch (error) {
            setFailure(error.message);
        }
    }

    if (actions.length === 0) {
        return null;
    }
    return (
        <div className='attachment__actions'>
            {actions.map((action) => (action.type === 'select' ? (
                <select
                    key={action.id}
                    aria-label={action.name}
                    defaultValue={action.default_option ?? ''}
                    onChange={(event) => press(action, event.target.value)}
                >
                    <option value=''>{action.name}</option>
                    {(action.options ?? []).map(({text, value}) => (
                        <option
                            key={value}
                            value={value}
                        >
                            {text}
                        </option>
                    ))}
                </select>
            ) : (
                <button
                    key={action.id}
                    className={`btn btn-sm ${action.style === 'primary' ? 'btn-primary' : ''}`}
                    onClick={() => press(action)}
                >
                    {action.name}
                </button>
            )))}
            {failure && <p role='alert'>{failure}</p>}
        </div>
    );
}
