import React, {useState} from 'react';

import type {CardAction} from '../../card';
import {Spinner} from '../common/spinner';
import {Text} from '../common/text';

interface CardActionsProps {
    actions: CardAction[];

    /** Sends a press, or a choice from a menu. Tells false where the server did not answer. */
    onPress(id: string, chosen: string): Promise<boolean>;
}

/** The buttons of a card, and its menus on a line of their own. */
export function CardActions({actions, onPress}: CardActionsProps) {
    const [busy, setBusy] = useState('');
    const [failed, setFailed] = useState(false);
    const press = async (id: string, chosen = '') => {
        if (busy) {
            return;
        }
        setBusy(id);
        setFailed(false);
        const answered = await onPress(id, chosen);
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
                            onClick={() => press(id)}
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
                            onChange={(event) => event.target.value && press(id, event.target.value)}
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
                {failed && <span className='zoom-provider-card__failure'><Text id='zoom.window.failed'/></span>}
            </div>
        </>
    );
}
