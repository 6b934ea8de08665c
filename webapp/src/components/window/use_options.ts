import {useEffect, useMemo, useRef, useState} from 'react';

import type {FormField, FormOption} from '../../types/api';

// Longer than the pause between two letters of a typed word.
const pauseMs = 250;

interface Wanted {
    field: FormField;
    value: string;

    /** The search term, or null if the user hasn't typed one. */
    term: string | null;
    find(term: string): Promise<FormOption[]>;
}

interface Options {
    options: FormOption[];
    state: 'found' | 'searching' | 'failed';

    /** The option that the value belongs to. */
    selected?: FormOption;
}

/** Finds the options of a field that match a search term: in the form, or on the server if the field says so. */
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
        let outdated = false;
        setState('searching');
        const timer = setTimeout(() => latest.current(term).then(
            (options) => {
                if (!outdated) {
                    setFound(options);
                    setState('found');
                }
            },
            () => !outdated && setState('failed'),
        ), pauseMs);
        return () => {
            outdated = true;
            clearTimeout(timer);
        };
    }, [field, term]);

    // The selected option may not be among the results of a later search.
    const known = [...found, ...field.options].find((option) => option.value === value);
    const last = useRef(known);
    last.current = known ?? last.current;
    const selected = last.current?.value === value ? last.current : undefined;

    const options = useMemo(() => {
        const words = field.search ? '' : (term ?? '').trim().toLowerCase();
        return found.filter(({label, detail}) => `${label} ${detail}`.toLowerCase().includes(words));
    }, [field, found, term]);
    return {options, state, selected};
}
