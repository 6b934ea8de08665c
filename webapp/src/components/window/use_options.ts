import {useEffect, useMemo, useRef, useState} from 'react';

import type {FormField, FormOption} from '../../types/api';

// Long enough that a word which is typed in one go asks once.
const pauseMs = 250;

interface Wanted {
    field: FormField;
    value: string;

    /** What is typed; null while nothing is. */
    term: string | null;
    find(term: string): Promise<FormOption[]>;
}

interface Options {
    options: FormOption[];
    state: 'found' | 'looking' | 'failed';

    /** The choice that the value stands for. */
    chosen?: FormOption;
}

/** The choices of a field that fit what is typed: looked up at the server where there are more than came with the form. */
export function useOptions({field, value, term, find}: Wanted): Options {
    const [found, setFound] = useState(field.options);
    const [state, setState] = useState<Options['state']>('found');
    const latest = useRef(find);
    latest.current = find;

    useEffect(() => {
        if (!field.search || term === null) {
            setFound(field.options);
            setState('found');
            return undefined;
        }
        let overtaken = false;
        setState('looking');
        const timer = setTimeout(() => latest.current(term).then(
            (options) => {
                if (!overtaken) {
                    setFound(options);
                    setState('found');
                }
            },
            () => !overtaken && setState('failed'),
        ), pauseMs);
        return () => {
            overtaken = true;
            clearTimeout(timer);
        };
    }, [field, term]);

    // What was chosen may not be among what is found for the next words.
    const known = [...found, ...field.options].find((option) => option.value === value);
    const last = useRef(known);
    last.current = known ?? last.current;
    const chosen = last.current?.value === value ? last.current : undefined;

    const options = useMemo(() => {
        const words = field.search ? '' : (term ?? '').trim().toLowerCase();
        return found.filter(({label, detail}) => `${label} ${detail}`.toLowerCase().includes(words));
    }, [field, found, term]);
    return {options, state, chosen};
}
