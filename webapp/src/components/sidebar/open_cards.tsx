import React from 'react';

import styles from './open_cards.css?inline';

import {useTimes} from '../../hooks/use_times';
import {addStyles} from '../../styles';
import type {OpenCard} from '../../types/api';
import {Text} from '../common/text';

addStyles(styles);

interface OpenCardsProps {
    cards: OpenCard[];

    /** Opens the card's post. */
    onOpen(postId: string): void;
}

/** A provider's open cards in a channel, newest first. */
export function OpenCards({cards, onOpen}: OpenCardsProps) {
    const {clock, day} = useTimes();
    const when = (at: number) => (Date.now() - at < 20 * 3600_000 ? clock(at) : day(at));
    return (
        <>
            <h3>
                <Text
                    id='zoom.sidebar.open'
                    values={{count: cards.length}}
                />
            </h3>
            {cards.length === 0 && <p className='zoom-sidebar__empty'><Text id='zoom.sidebar.none_open'/></p>}
            <ul className='zoom-sidebar__list'>
                {cards.map((card) => (
                    <li key={card.post_id}>
                        <button
                            type='button'
                            className={`zoom-open zoom-open--${card.tone || 'neutral'}`}
                            onClick={() => onOpen(card.post_id)}
                        >
                            <span className='zoom-open__title'>{card.title}</span>
                            <small>{[card.state, card.at ? when(card.at) : ''].filter(Boolean).join(' · ')}</small>
                        </button>
                    </li>
                ))}
            </ul>
        </>
    );
}
