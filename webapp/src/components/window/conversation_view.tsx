import React from 'react';

import {FormView} from './form_view';
import {NotesView} from './notes_view';
import type {Conversation} from './use_conversation';

import {Loading} from '../common/loading';
import {Said} from '../common/said';

interface ConversationViewProps {
    conversation: Conversation;

    /** The user has typed something. */
    onChanged(): void;
    onClose(): void;
}

/** Where a conversation stands: a form, notes below it, what went wrong, or that the server is asked. */
export function ConversationView({conversation, onChanged, onClose}: ConversationViewProps) {
    const {form, notes, errors, failure, busy, serial, press, submit, find} = conversation;
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
                        <Said say={failure}/>
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
                    onPress={press}
                    onClose={form ? undefined : onClose}
                />
            )}
        </>
    );
}
