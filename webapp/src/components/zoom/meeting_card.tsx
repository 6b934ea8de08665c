import React from 'react';

import {CameraIcon} from '../common/icon';
import {Markdown} from '../common/markdown';
import {Text, useText} from '../common/text';

interface MeetingCardProps {

    /** The line above the card, which stands where a post's message would. */
    intro: React.ReactNode;
    topic: string;

    /** What the author wrote in place of the message that the post was made with. */
    message?: string;

    /** Draws the card in grey: nothing to join any more. */
    over?: boolean;
    children: React.ReactNode;
}

/** The frame that every meeting post shares. It takes the focus of a button in it that vanishes. */
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

/** A meeting's facts, one line each; lines without a value are left out. */
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
