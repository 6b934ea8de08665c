import React, {useState} from 'react';

import styles from './card_actions.css?inline';

import type {CardAction} from '../../card';
import {addStyles} from '../../styles';
import {Spinner} from '../common/spinner';
import {Text} from '../common/text';

addStyles(styles);

interface CardActionsProps {
    actions: CardAction[];

    /** Sends a click, or the selected option of a menu. Returns false if the server didn't answer. */
    onClick(id: string, selected: string): Promise<boolean>;
}

/** The buttons of a card, and its menus in a row of their own. */
export function CardActions({actions, onClick}: CardActionsProps) {
    const [busy, setBusy] = useState('');
    const [failed, setFailed] = useState(false);
    const click = async (id: string, selected = '') => {
        if (busy) {
            return;
        }
        setBusy(id);
        setFailed(false);
        const answered = await onClick(id, selected);
        setBusy('');
        setFailed(!answered);
    };
    const menus = actions.filter(({options}) => options.length > 0);
    const buttons = actions.filter(({options}) => options.length === 0);
    if (actions.length === 0) {
        return null;
    }
    return (
        <>
            {buttons.length > 0 && (
                <div className='zoom-provider-card__actions'>
                    {buttons.map(({id, name, style}) => (
                        <button
                            key={id}
                            type='button'
                            className={`zoom-button zoom-button--${/^(primary|danger)$/.test(style) ? style : 'plain'}`}
                            aria-busy={busy === id}
                            onClick={() => click(id)}
                        >
                            {busy === id && <Spinner/>}
                            {name}
                        </button>
                    ))}
                </div>
            )}
            {menus.length > 0 && (
                <div className='zoom-provider-card__actions'>
                    {menus.map(({id, name, options}) => (
                        <select
                            key={id}
                            className='zoom-provider-card__menu'
                            aria-label={name}
                            aria-busy={busy === id}
                            value=''
                            onChange={(event) => event.target.value && click(id, event.target.value)}
                        >
                            <option value=''>{name}</option>
                            {options.map((option) => (
                                <option
                                    key={option.value}
                                    value={option.value}
                                >
                                    {option.text}
                                </option>
                            ))}
                        </select>
                    ))}
                </div>
            )}
            <div role='alert'>
                {failed && <span className='zoom-provider-card__failure'><Text id='zoom.failed.unreachable'/></span>}
            </div>
        </>
    );
}
