import React from 'react';

import {FormView} from './form_view';
import {NotesView} from './notes_view';
import type {Conversation} from './use_conversation';

import {Loading} from '../common/loading';
import {MessageText} from '../common/message_text';

interface ConversationViewProps {
    conversation: Conversation;

    /** Called when the user types something. */
    onChanged(): void;
    onClose(): void;
}

/** The current step of a conversation: a form, notes, an error, or a spinner while the server hasn't answered. */
export function ConversationView({conversation, onChanged, onClose}: ConversationViewProps) {
    const {form, notes, errors, failure, busy, serial, click, submit, find} = conversation;
    const empty = !form && notes.length === 0;
    return (
        <>
            {empty && busy && (
                <div className='zoom-modal__body'>
                    <Loading/>
                </div>
            )}
            <div role='alert'>
                {failure && (
                    <div className='zoom-modal__failure'>
                        <MessageText message={failure}/>
                    </div>
                )}
            </div>
            {form && (
                <FormView
                    key={serial}
                    form={form}
                    errors={errors}
                    saving={busy}
                    onChanged={onChanged}
                    onSubmit={submit}
                    onCancel={onClose}
                    find={find}
                />
            )}
            {(notes.length > 0 || (empty && !busy)) && (
                <NotesView
                    notes={notes}
                    busy={busy}
                    onClick={click}
                    onClose={form ? undefined : onClose}
                />
            )}
        </>
    );
}
