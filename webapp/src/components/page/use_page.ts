import {useCallback, useEffect, useRef, useState} from 'react';

import {failureMessage} from '../../store/failure';
import type {Message} from '../../store/reducer';

interface Loaded<T> {

    /** The server's latest answer, or null before the first. */
    page: T | null;

    /** Why the latest request failed, or null if it succeeded. */
    failure: Message | null;
    loading: boolean;
    load(): void;
}

/** Loads something from the server, now and whenever load is called. Ignores answers to all but the latest request. */
export function usePage<T>(ask: () => Promise<T>): Loaded<T> {
    const [page, setPage] = useState<T | null>(null);
    const [failure, setFailure] = useState<Message | null>(null);
    const [loading, setLoading] = useState(true);
    const requests = useRef(0);
    const latest = useRef(ask);
    latest.current = ask;

    const load = useCallback(async () => {
        const mine = ++requests.current;
        setLoading(true);
        try {
            const answer = await latest.current();
            if (mine === requests.current) {
                setPage(answer);
                setFailure(null);
                setLoading(false);
            }
        } catch (error) {
            if (mine === requests.current) {
                setFailure(failureMessage(error));
                setLoading(false);
            }
        }
    }, []);
    useEffect(() => {
        const made = requests;
        load();
        return () => {
            made.current++;
        };
    }, [load]);
    return {page, failure, loading, load};
}
