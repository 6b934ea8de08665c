import React, {useState} from 'react';

import {clickAction} from './actions.js';
import {Inline, Markdown} from './markdown.jsx';

const tones = {good: '#3db887', warning: '#ffbc1f', danger: '#d24b4e'};

/** A post's message attachments with their buttons and menus. */
export function Attachments({post}) {
    const attachments = Array.isArray(post.props?.attachments) ? post.props.attachments : [];
    if (attachments.length === 0) {
        return null;
    }
    return (
        <div
            id={`messageAttachmentList_${post.id}`}
            className='attachment__list'
        >
            {attachments.map((attachment, index) => (
                <Attachment
                    key={index}
                    post={post}
                    attachment={attachment}
                />
            ))}
        </div>
    );
}

function Attachment({post, attachment}) {
    return (
        <>
            {attachment.pretext && <Markdown text={attachment.pretext}/>}
            <div
                className='attachment'
                style={{borderLeftColor: tones[attachment.color] ?? attachment.color}}
            >
                <div className='attachment__body'>
                    <Author attachment={attachment}/>
                    <Title attachment={attachment}/>
                    {attachment.text && <Markdown text={attachment.text}/>}
                    <Fields fields={attachment.fields ?? []}/>
                    {attachment.image_url && (
                        <img
                            className='attachment__image'
                            src={attachment.image_url}
                            alt=''
                        />
                    )}
                    <Footer attachment={attachment}/>
                    <Actions
                        post={post}
                        actions={attachment.actions ?? []}
                    />
                </div>
                {attachment.thumb_url && (
                    <img
                        className='attachment__thumb'
                        src={attachment.thumb_url}
                        alt=''
                    />
                )}
            </div>
        </>
    );
}

function Author({attachment: {author_name: name, author_link: link, author_icon: icon}}) {
    if (!name && !icon) {
        return null;
    }
    return (
        <div className='attachment__author'>
            {icon && (
                <img
                    src={icon}
                    alt=''
                />
            )}
            {link ? <Away href={link}>{name}</Away> : name}
        </div>
    );
}

// As in Mattermost, a title with a link is plain text, and any other title is Markdown.
function Title({attachment: {title, title_link: link}}) {
    if (!title) {
        return null;
    }
    return <h4 className='attachment__title'>{link ? <Away href={link}>{title}</Away> : <Inline text={title}/>}</h4>;
}

function Footer({attachment: {footer, footer_icon: icon}}) {
    if (!footer) {
        return null;
    }
    return (
        <div className='attachment__footer'>
            {icon && (
                <img
                    src={icon}
                    alt=''
                />
            )}
            {footer}
        </div>
    );
}

function Away({href, children}) {
    return (
        <a
            href={href}
            target='_blank'
            rel='noopener noreferrer'
        >
            {children}
        </a>
    );
}

// Short fields are in two columns. A long field has a row of its own.
function Fields({fields}) {
    if (fields.length === 0) {
        return null;
    }
    return (
        <dl className='attachment__fields'>
            {fields.map(({title, value, short}, index) => (
                <div
                    key={index}
                    className={short === true ? 'attachment__field' : 'attachment__field attachment__field--long'}
                >
                    <dt>{title}</dt>
                    <dd><Markdown text={String(value ?? '')}/></dd>
                </div>
            ))}
        </dl>
    );
}

function Actions({post, actions}) {
    const [failure, setFailure] = useState('');
    const [busy, setBusy] = useState('');

    async function press(action, option) {
        setFailure('');
        setBusy(action.id);
        try {
            await clickAction(post, action, option);
        } catch (error) {
            setFailure(error.message);
        }
        setBusy('');
    }

    if (actions.length === 0) {
        return null;
    }
    return (
        <div className='attachment__actions'>
            {actions.map((action) => {
                const Action = action.type === 'select' ? Menu : Button;
                return (
                    <Action
                        key={action.id}
                        action={action}
                        disabled={Boolean(action.disabled) || busy === action.id}
                        press={press}
                    />
                );
            })}
            {failure && (
                <p
                    className='attachment__failure'
                    role='alert'
                >
                    {failure}
                </p>
            )}
        </div>
    );
}

function Button({action, disabled, press}) {
    return (
        <button
            data-action-id={action.id}
            className={`btn btn-sm btn-${action.style || 'default'}`}
            disabled={disabled}
            title={action.tooltip}
            onClick={() => press(action)}
        >
            <Inline text={action.name}/>
        </button>
    );
}

function Menu({action, disabled, press}) {
    const [chosen, setChosen] = useState(action.default_option ?? '');

    function choose(event) {
        setChosen(event.target.value);
        if (event.target.value) {
            press(action, event.target.value);
        }
    }

    return (
        <select
            data-action-id={action.id}
            className='attachment__menu'
            aria-label={action.name}
            disabled={disabled}
            value={chosen}
            onChange={choose}
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
    );
}
