import {act, screen, within} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {afterEach, describe, expect, it, vi} from 'vitest';

import {openPage} from '../../testing/fake_page';
import {nineOhFour} from '../../testing/fixtures';
import type {ChannelProviders, Provider} from '../../types/api';

const route = 'GET /plugins/zoom/api/v1/channels/town/providers';
const pagerDuty: Provider = {id: 'pagerduty', name: 'PagerDuty', word: 'pduty', can: ['trigger', 'configure']};
const followed: ChannelProviders = {providers: [
    {id: 'jenkins', name: 'Jenkins', word: 'jenkins', can: [], connections: [], cards: []},
    {
        ...pagerDuty,
        connections: [{name: 'acme', url: 'https://acme.pagerduty.com', detail: 'Triggered, Resolved'}],
        cards: [{post_id: 'card', root_id: '', title: '#1 Disk full', state: 'Triggered', url: '', tone: 'failure', at: nineOhFour}],
    },
]};

async function opened(answer: unknown = followed) {
    const page = await openPage({config: {providers: [pagerDuty]}});
    page.server.says(route, {json: answer});
    act(() => page.registry.appBar[1].action({id: 'town'}));
    await page.settle();
    return {page, user: userEvent.setup()};
}

afterEach(() => {
    delete window.WebappUtils;
    vi.useRealTimers();
});

describe('The sidebar of a channel’s integrations', () => {
    it('shows the channel’s subscriptions and open cards, and opens a card’s post', async () => {
        const went: string[] = [];
        window.WebappUtils = {browserHistory: {push: (path) => went.push(path)}};
        const {user} = await opened();
        const entries = screen.getAllByRole('button', {name: 'Channel integrations'});
        expect(entries, 'Mattermost shows the header button or the App Bar entry').toHaveLength(2);
        expect(within(screen.getByRole('region', {name: 'Jenkins'})).getByText(/Run \/jenkins connect/)).toBeInTheDocument();
        const shown = within(screen.getByRole('region', {name: 'PagerDuty'}));
        expect(shown.getByRole('link', {name: 'acme'})).toHaveAttribute('rel', 'noopener noreferrer');
        expect(shown.getByText('Triggered, Resolved')).toBeInTheDocument();
        expect(shown.getByText('Open (1)')).toBeInTheDocument();
        await user.click(shown.getByRole('button', {name: /#1 Disk full\s*Triggered · Mar 2, 2026/}));
        expect(went).toEqual(['/_redirect/pl/card']);
    });

    it('opens the page of a provider', async () => {
        const {page, user} = await opened();
        page.server.says('GET /plugins/zoom/api/v1/providers/jenkins/page?channel_id=town', {json: {id: 'jenkins', name: 'Jenkins', word: 'jenkins', tabs: []}});
        await user.click(within(screen.getByRole('region', {name: 'Jenkins'})).getByRole('button'));
        await page.settle();
        expect(screen.getByRole('dialog', {name: 'Jenkins in this channel'})).toBeInTheDocument();
    });

    it('follows the channel’s cards, and asks once for several changes', async () => {
        vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
        const {page} = await opened();
        const change = (id: string, at: number, channel = 'town', author = 'bot') => {
            const {entities} = page.state;
            const post = {id, user_id: author, channel_id: channel, root_id: '', create_at: 1, update_at: at, props: {bridge: {provider: 'pagerduty'}}};
            page.change({entities: {...entities, posts: {posts: {...entities.posts.posts, [id]: post}}}});
        };
        change('card', 1);
        change('card', 2);
        change('elsewhere', 2, 'other');
        expect(page.server.askedFor(route)).toHaveLength(1);
        page.server.says(route, {json: {providers: []}});
        await act(async () => void vi.advanceTimersByTime(3100));
        await page.settle();
        expect(page.server.askedFor(route)).toHaveLength(2);
        expect(screen.queryByText('#1 Disk full')).not.toBeInTheDocument();

        change('forged', 3, 'town', 'mallory');
        await act(async () => void vi.advanceTimersByTime(3100));
        await page.settle();
        expect(page.server.askedFor(route), 'a user’s post with the same props is no card').toHaveLength(2);
    });

    it('shows why a refresh failed', async () => {
        const {page, user} = await opened();
        page.server.says(route, {status: 403, json: {error: {code: 'no_post', message: 'You can’t post here.'}}});
        await user.click(screen.getByRole('button', {name: 'Refresh'}));
        await page.settle();
        expect(screen.getByText('You can’t post here.')).toBeInTheDocument();
        expect(screen.getByText('#1 Disk full'), 'the earlier answer stays').toBeInTheDocument();
    });

    it('exists only while a provider is enabled', async () => {
        const page = await openPage();
        expect(page.registry.sidebars).toHaveLength(0);
        expect(page.registry.appBar).toHaveLength(1);
    });
});
