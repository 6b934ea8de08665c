import {useEffect, useRef, useState} from 'react';

import type {Client} from '../../client';
import {sayFailed} from '../../store/failure';
import type {Say} from '../../store/reducer';
import type {Form, FormOption, Note, Step, Where} from '../../types/api';

/** A conversation with the server in a window, as it stands. */
export interface Conversation {
    form?: Form;
    notes: Note[];

    /** What is wrong with the answers that were sent last. */
    errors: Record<string, string>;

    /** Why what was asked for last could not be done; null where it could. */
    failure: Say | null;
    busy: boolean;

    /** Counts the forms, so that each is drawn anew. */
    serial: number;
    run(provider: string, text: string): void;
    press(press: string): void;
    submit(values: Record<string, string>): void;
    find(field: string, term: string): Promise<FormOption[]>;
}

interface Standing {
    step: Step;
    errors: Record<string, string>;
    failure: Say | null;
    busy: boolean;
    serial: number;
}

const faultless = {};
const nothing: Standing = {step: {}, errors: faultless, failure: null, busy: false, serial: 0};

/** Has a conversation with the server about what is done in a place. onDone is called when there is nothing more to see. */
export function useConversation(client: Client, where: Where, onDone: () => void): Conversation {
    const [standing, setStanding] = useState(nothing);
    const open = useRef(true);
    useEffect(() => {
        open.current = true;
        return () => {
            open.current = false;
        };
    }, []);

    // The web app doesn't batch changes after an await, so that what belongs together changes at once: a field that is still
    // read-only, or that isn't marked as wrong yet, would be drawn in between.
    function take(next: Step) {
        if (next.errors) {
            setStanding((before) => ({...before, errors: next.errors ?? faultless, busy: false}));
            return;
        }
        if (!next.form && !next.notes?.length) {
            onDone();
        }
        setStanding((before) => ({...nothing, step: next, serial: before.serial + 1}));
    }

    async function ask(question: () => Promise<Step>) {
        setStanding((before) => ({...before, busy: true, failure: null}));
        try {
            const next = await question();
            if (open.current) {
                take(next);
            }
        } catch (error) {
            if (open.current) {
                setStanding((before) => ({...before, busy: false, failure: sayFailed(error)}));
            }
        }
    }
    const {step, errors, failure, busy, serial} = standing;
    const {form, notes = []} = step;
    return {
        form,
        notes,
        errors,
        failure,
        busy,
        serial,
        run: (provider, text) => void ask(() => client.run(provider, {...where, text})),
        press: (press) => void ask(() => client.press({...where, press})),
        submit: (values) => form && void ask(() => client.submit({...where, kind: form.kind, state: form.state, values})),
        find: async (field, term) => (form ? (await client.options({...where, kind: form.kind, state: form.state, field, term})).options : []),
    };
}
