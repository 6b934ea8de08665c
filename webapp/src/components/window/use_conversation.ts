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
    run(tool: string, text: string): void;
    press(press: string): void;
    submit(values: Record<string, string>): void;
    find(field: string, term: string): Promise<FormOption[]>;
}

const nothing: Step = {};
const faultless = {};

/** Has a conversation with the server about what is done in a place. onDone is called when there is nothing more to see. */
export function useConversation(client: Client, where: Where, onDone: () => void): Conversation {
    const [step, setStep] = useState(nothing);
    const [failure, setFailure] = useState<Say | null>(null);
    const [errors, setErrors] = useState<Record<string, string>>(faultless);
    const [busy, setBusy] = useState(false);
    const [serial, setSerial] = useState(0);
    const open = useRef(true);
    useEffect(() => {
        open.current = true;
        return () => {
            open.current = false;
        };
    }, []);

    function take(next: Step) {
        setErrors(next.errors ?? faultless);
        if (next.errors) {
            return;
        }
        if (!next.form && !next.notes?.length) {
            onDone();
        }
        setStep(next);
        setSerial((before) => before + 1);
    }

    async function ask(question: () => Promise<Step>) {
        setBusy(true);
        setFailure(null);
        try {
            const next = await question();
            if (open.current) {
                take(next);
            }
        } catch (error) {
            if (open.current) {
                setFailure(sayFailed(error));
            }
        }
        if (open.current) {
            setBusy(false);
        }
    }
    const {form, notes = []} = step;
    return {
        form,
        notes,
        errors,
        failure,
        busy,
        serial,
        run: (tool, text) => void ask(() => client.run(tool, {...where, text})),
        press: (press) => void ask(() => client.press({...where, press})),
        submit: (values) => form && void ask(() => client.submit({...where, kind: form.kind, state: form.state, values})),
        find: async (field, term) => (form ? (await client.options({...where, kind: form.kind, state: form.state, field, term})).options : []),
    };
}
