import React from 'react';

import styles from './meeting_card.css?inline';

import {addStyles} from '../../styles';
import {CameraIcon} from '../common/icon';
import {Markdown} from '../common/markdown';
import {Text, useText} from '../common/text';

addStyles(styles);

interface MeetingCardProps {

    /** The line above the card, in place of a post's message. */
    intro: React.ReactNode;
    topic: string;

    /** The author's edited message, or '' if the post still has its original message. */
    message?: string;

    /** Draws the card in gray: the meeting can no longer be joined. */
    over?: boolean;
    children: React.ReactNode;
}

/** The frame of every meeting post. It takes over the focus of a button in it that disappears. */
export function MeetingCard({intro, topic, message = '', over = false, children}: MeetingCardProps) {
    const text = useText();
    const title = topic || text('zoom.post.default_topic');
    return (
        <div className='zoom-post'>
            {message && <div className='zoom-post__message'><Markdown text={message}/></div>}
            <p className='zoom-post__intro'>{intro}</p>
            <section
                className={over ? 'zoom-card zoom-card--over' : 'zoom-card'}
                tabIndex={-1}
                aria-label={text('zoom.post.card', {topic: title})}
            >
                <div className='zoom-card__title'>
                    <CameraIcon/>
                    <span className='zoom-card__topic'>{title}</span>
                </div>
                {children}
            </section>
        </div>
    );
}

/** A meeting's details, one line each. Lines without a value are left out. */
export function Facts({facts}: {facts: Array<{name: Parameters<typeof Text>[0]['id']; value: React.ReactNode}>}) {
    const known = facts.filter(({value}) => value);
    if (known.length === 0) {
        return null;
    }
    return (
        <dl className='zoom-facts'>
            {known.map(({name, value}) => (
                <div
                    key={name}
                    className='zoom-facts__line'
                >
                    <dt><Text id={name}/></dt>
                    <dd>{value}</dd>
                </div>
            ))}
        </dl>
    );
}
