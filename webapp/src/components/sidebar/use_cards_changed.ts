import {useEffect, useMemo, useState} from 'react';
import {useSelector} from 'react-redux';

import type {GlobalState, Post} from '../../types/mattermost-webapp';

// One news often changes several posts; they are waited for, so that the server is asked once.
const quietMs = 3000;

/** Counts how often cards of the channel have come or changed in the page since the sidebar was opened. */
export function useCardsChanged(channel: string): number {
    const posts = useSelector((state: GlobalState) => state.entities.posts.posts);
    const seen = useMemo(() => sightOf(posts, channel), [posts, channel]);
    const [known, setKnown] = useState(seen);
    const [count, setCount] = useState(0);
    useEffect(() => {
        if (seen === known) {
            return undefined;
        }
        const timer = setTimeout(() => {
            setKnown(seen);
            setCount((before) => before + 1);
        }, quietMs);
        return () => clearTimeout(timer);
    }, [seen, known]);
    return count;
}

// Says which cards the page knows, and since when each is as it is.
function sightOf(posts: Record<string, Post | undefined>, channel: string): string {
    const cards = Object.values(posts).filter((post) => post?.channel_id === channel && post.props?.bridge !== undefined);
    return cards.map((post) => `${post?.id}:${post?.update_at ?? post?.create_at}`).sort().join(' ');
}
