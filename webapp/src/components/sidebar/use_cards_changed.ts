import {useEffect, useMemo, useState} from 'react';
import {useSelector} from 'react-redux';

import {botId} from '../../store/selectors';
import type {GlobalState, Post} from '../../types/mattermost-webapp';

// One event often changes several posts. The wait for the rest of them saves requests.
const quietMs = 3000;

/** Counts how often the channel's cards have changed in the page since the sidebar opened. */
export function useCardsChanged(channel: string): number {
    const posts = useSelector((state: GlobalState) => state.entities.posts.posts);
    const bot = useSelector(botId);
    const seen = useMemo(() => cardVersions(posts, channel, bot), [posts, channel, bot]);
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

// Lists the cards that the page knows, with their last change. Users can give their posts any props, so only the bot's posts count.
function cardVersions(posts: Record<string, Post | undefined>, channel: string, bot: string): string {
    const cards = Object.values(posts).filter((post) => post?.channel_id === channel && post.user_id === bot && post.props?.bridge !== undefined);
    return cards.map((post) => `${post?.id}:${post?.update_at ?? post?.create_at}`).sort().join(' ');
}
