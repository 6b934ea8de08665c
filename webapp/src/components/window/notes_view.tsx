import React from 'react';

import styles from './notes_view.css?inline';
import {WindowButtons} from './window_buttons';

import {addStyles} from '../../styles';
import type {Note} from '../../types/api';
import {Button} from '../common/button';
import {Markdown} from '../common/markdown';
import {Text} from '../common/text';

addStyles(styles);

interface NotesViewProps {
    notes: Note[];
    busy: boolean;

    /** Sends the sealed operation of a clicked button. */
    onClick(press: string): void;

    /** Closes the window. Missing if another part of the window has a close button. */
    onClose?: () => void;
}

/** Texts and questions from the server, with buttons. */
export function NotesView({notes, busy, onClick, onClose}: NotesViewProps) {
    return (
        <>
            <div
                className='zoom-modal__body'
                role='status'
            >
                {notes.map((note, index) => (
                    <div
                        key={index}
                        className='zoom-note'
                    >
                        <Markdown text={note.text}/>
                        <WindowButtons
                            buttons={note.buttons}
                            busy={busy}
                            onClick={onClick}
                        />
                    </div>
                ))}
            </div>
            {onClose && (
                <div className='zoom-modal__foot'>
                    <Button onClick={onClose}>
                        <Text id='zoom.window.close'/>
                    </Button>
                </div>
            )}
        </>
    );
}
