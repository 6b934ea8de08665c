import {useEffect, useMemo, useState} from 'react';
import {useSelector} from 'react-redux';

import {botId} from '../../store/selectors';
import type {GlobalState, Post} from '../../types/mattermost-webapp';

// One news often changes several posts; they are waited for, so that the server is asked once.
const quietMs = 3000;

/** Counts how often cards of the channel have come or changed in the page since the sidebar was opened. */
export function useCardsChanged(channel: string): number {
    const posts = useSelector((state: GlobalState) => state.entities.posts.posts);
    const bot = useSelector(botId);
    const seen = useMemo(() => sightOf(posts, channel, bot), [posts, channel, bot]);
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

// Says which cards the page knows, and since when each is as it is. Members can give their own posts any props, so only the bot's count.
function sightOf(posts: Record<string, Post | undefined>, channel: string, bot: string): string {
    const cards = Object.values(posts).filter((post) => post?.channel_id === channel && post.user_id === bot && post.props?.bridge !== undefined);
    return cards.map((post) => `${post?.id}:${post?.update_at ?? post?.create_at}`).sort().join(' ');
}
