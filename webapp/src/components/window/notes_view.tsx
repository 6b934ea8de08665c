import React from 'react';

import type {Note} from '../../types/api';
import {Button} from '../common/button';
import {Markdown} from '../common/markdown';
import {Text} from '../common/text';

interface NotesViewProps {
    notes: Note[];
    busy: boolean;

    /** Sends what a button of them holds. */
    onPress(press: string): void;

    /** Closes the window; left out where something else in it does. */
    onClose?: () => void;
}

/** What the user is told or asked. */
export function NotesView({notes, busy, onPress, onClose}: NotesViewProps) {
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
                        <div className='zoom-note__buttons'>
                            {note.buttons.map((button) => (
                                <Button
                                    key={button.press}
                                    primary={button.primary}
                                    busy={busy}
                                    onClick={() => onPress(button.press)}
                                >
                                    {button.label}
                                </Button>
                            ))}
                        </div>
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
