import React from 'react';

import styles from './window_buttons.css?inline';

import {addStyles} from '../../styles';
import type {WindowButton} from '../../types/api';
import {Button} from '../common/button';

addStyles(styles);

interface WindowButtonsProps {
    buttons: WindowButton[];

    /** The item that the buttons belong to, which screen readers add to their labels. */
    about?: string;
    busy?: boolean;

    /** Sends the sealed operation of a clicked button. */
    onClick(press: string): void;
}

/** The buttons that the server sent with a note or a page. */
export function WindowButtons({buttons, about, busy, onClick}: WindowButtonsProps) {
    return (
        <div className='zoom-buttons'>
            {buttons.map(({label, primary, press}) => (
                <Button
                    key={press}
                    primary={primary}
                    busy={busy}
                    label={about ? `${label}: ${about}` : undefined}
                    onClick={() => onClick(press)}
                >
                    {label}
                </Button>
            ))}
        </div>
    );
}
