import React, {useRef} from 'react';

import {CardActions} from './card_actions';
import styles from './card_post.css?inline';

import {readCard} from '../../card';
import type {Card} from '../../card';
import {useTimes} from '../../hooks/use_times';
import type {Actions} from '../../store/actions';
import {addStyles} from '../../styles';
import {readTimes} from '../../times';
import type {PostTypeProps} from '../../types/mattermost-webapp';
import {Markdown} from '../common/markdown';

addStyles(styles);

/**
 * Draws a post of type custom_zoom_card, with all times as the reader writes them. Mattermost would draw the same attachment with
 * times in UTC, and mark every updated card as edited.
 */
export function CardPost({post, isRHS = false, actions}: PostTypeProps & {actions: Actions}) {
    const whole = useRef<HTMLDivElement>(null);
    const {inText} = useTimes();
    const times = readTimes(post.props?.times);
    const withTimes = (text: string) => inText(text, times);
    const card = readCard(post);
    const click = (id: string, selected: string) => {
        // The search sidebar shows posts outside their threads.
        const inThread = isRHS && !whole.current?.closest('.search-item__container');
        return actions.clickOnCard(post.id, id, inThread ? `in-thread/${selected}` : selected);
    };
    return (
        <div
            ref={whole}
            className='zoom-provider-card'
        >
            {post.message && (
                <Markdown
                    text={withTimes(post.message)}
                    mentions={true}
                />
            )}
            {card && (
                <section
                    className='zoom-provider-card__box'
                    style={card.color ? {borderInlineStartColor: card.color} : undefined}
                    aria-label={card.title}
                >
                    {card.author && <div className='zoom-provider-card__author'>{card.author}</div>}
                    <Title card={card}/>
                    {card.text && (
                        <Markdown
                            text={withTimes(card.text)}
                            mentions={true}
                        />
                    )}
                    <Fields
                        fields={card.fields}
                        withTimes={withTimes}
                    />
                    <Footer card={card}/>
                    <CardActions
                        actions={card.actions}
                        onClick={click}
                    />
                </section>
            )}
        </div>
    );
}

// As in Mattermost, a title with a link is plain text, and any other title is Markdown.
function Title({card: {title, url}}: {card: Card}) {
    return (
        <div className='zoom-provider-card__title'>
            {url ? (
                <a
                    href={url}
                    target='_blank'
                    rel='noopener noreferrer'
                >
                    {title}
                </a>
            ) : <Markdown text={title}/>}
        </div>
    );
}

function Fields({fields, withTimes}: {fields: Card['fields']; withTimes(text: string): string}) {
    if (fields.length === 0) {
        return null;
    }
    return (
        <dl className='zoom-provider-card__fields'>
            {fields.map(({title, value, short}, index) => (
                <div
                    key={index}
                    className={short ? undefined : 'zoom-provider-card__long'}
                >
                    <dt>{title}</dt>
                    <dd>
                        <Markdown
                            text={withTimes(value)}
                            mentions={true}
                        />
                    </dd>
                </div>
            ))}
        </dl>
    );
}

function Footer({card: {footer, at}}: {card: Card}) {
    const {dayAndClock} = useTimes();
    if (!footer && !at) {
        return null;
    }
    return (
        <div className='zoom-provider-card__footer'>
            {footer && <bdi>{footer}</bdi>}
            {at > 0 && <time dateTime={new Date(at).toISOString()}>{dayAndClock(at)}</time>}
        </div>
    );
}
