import {useCallback, useEffect, useRef, useState} from 'react';

import {sayFailed} from '../../store/failure';
import type {Say} from '../../store/reducer';

interface Loaded<T> {

    /** What the server answered last; null before it did. */
    page: T | null;

    /** Why the last question was not answered; null where it was. */
    failure: Say | null;
    loading: boolean;
    load(): void;
}

/** Loads something from the server, at once and whenever it is asked to. The answer to an older question does not count. */
export function usePage<T>(ask: () => Promise<T>): Loaded<T> {
    const [page, setPage] = useState<T | null>(null);
    const [failure, setFailure] = useState<Say | null>(null);
    const [loading, setLoading] = useState(true);
    const question = useRef(0);
    const latest = useRef(ask);
    latest.current = ask;

    const load = useCallback(async () => {
        const mine = ++question.current;
        setLoading(true);
        try {
            const answer = await latest.current();
            if (mine === question.current) {
                setPage(answer);
                setFailure(null);
                setLoading(false);
            }
        } catch (error) {
            if (mine === question.current) {
                setFailure(sayFailed(error));
                setLoading(false);
            }
        }
    }, []);
    useEffect(() => {
        const asked = question;
        load();
        return () => {
            asked.current++;
        };
    }, [load]);
    return {page, failure, loading, load};
}
