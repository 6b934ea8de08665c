import {useEffect, useRef, useState} from 'react';

import type {Client} from '../../client';
import {failureMessage} from '../../store/failure';
import type {Message} from '../../store/reducer';
import type {Form, FormOption, Note, Step, Where} from '../../types/api';

/** A conversation with the server in a window: its current step, and what the user can do. */
export interface Conversation {
    form?: Form;
    notes: Note[];

    /** The errors in the values sent last, by field name. */
    errors: Record<string, string>;

    /** Why the latest request failed, or null if it succeeded. */
    failure: Message | null;
    busy: boolean;

    /** The number of this step, so that React draws each step from scratch. */
    serial: number;
    run(provider: string, text: string): void;
    click(press: string): void;
    submit(values: Record<string, string>): void;
    find(field: string, term: string): Promise<FormOption[]>;
}

interface State {
    step: Step;
    errors: Record<string, string>;
    failure: Message | null;
    busy: boolean;
    serial: number;
}

const noErrors = {};
const initial: State = {step: {}, errors: noErrors, failure: null, busy: false, serial: 0};

/** Holds a conversation with the server for a channel or thread. Calls onDone when the server has nothing more to show. */
export function useConversation(client: Client, where: Where, onDone: () => void): Conversation {
    const [state, setState] = useState(initial);
    const open = useRef(true);
    useEffect(() => {
        open.current = true;
        return () => {
            open.current = false;
        };
    }, []);

    // One state, because React 17 doesn't batch changes after an await: it would draw a field that is still read-only, or not yet
    // marked as wrong, in between.
    function take(next: Step) {
        if (next.errors) {
            setState((before) => ({...before, errors: next.errors ?? noErrors, busy: false}));
            return;
        }
        if (!next.form && !next.notes?.length) {
            onDone();
        }
        setState((before) => ({...initial, step: next, serial: before.serial + 1}));
    }

    async function send(request: () => Promise<Step>) {
        setState((before) => ({...before, busy: true, failure: null}));
        try {
            const next = await request();
            if (open.current) {
                take(next);
            }
        } catch (error) {
            if (open.current) {
                setState((before) => ({...before, busy: false, failure: failureMessage(error)}));
            }
        }
    }
    const {step, errors, failure, busy, serial} = state;
    const {form, notes = []} = step;
    return {
        form,
        notes,
        errors,
        failure,
        busy,
        serial,
        run: (provider, text) => void send(() => client.run(provider, {...where, text})),
        click: (press) => void send(() => client.clickButton({...where, press})),
        submit: (values) => form && void send(() => client.submit({...where, kind: form.kind, state: form.state, values})),
        find: async (field, term) => (form ? (await client.options({...where, kind: form.kind, state: form.state, field, term})).options : []),
    };
}
