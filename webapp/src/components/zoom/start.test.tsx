import {fireEvent, screen, within} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {beforeEach, describe, expect, it, vi} from 'vitest';

import {openPage} from '../../testing/fake_page';
import type {FakePage} from '../../testing/fake_page';
import {lookingAtTownSquare, promptPost} from '../../testing/fixtures';

const meetings = 'POST /plugins/zoom/api/v1/meetings';
const joinPage = 'https://us02web.zoom.us/j/81234567890?pwd=abc';
const started = {json: {outcome: 'started', meeting_url: joinPage, post_id: 'post'}};

function headerButton() {
    return screen.getByTestId('header-button');
}

function appBarEntry() {
    return screen.getByAltText('zoom').closest<HTMLElement>('[role="button"]')!;
}

async function press(page: FakePage, button: HTMLElement) {
    await userEvent.click(button);
    await page.settle();
}

beforeEach(() => {
    vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true});
});

describe('Starting a meeting', () => {
    it.each([['the channel header', headerButton], ['the App Bar', appBarEntry]])('from %s posts it in the channel and opens its join page', async (_place, button) => {
        const page = await openPage();
        page.server.says(meetings, started);

        await press(page, button());

        expect(page.server.askedFor(meetings).map(({body}) => body)).toEqual([{
            channel_id: 'town', root_id: '', topic: '', connection_id: 'connection-of-this-tab', identity: '', force: false,
        }]);
        expect(page.tabs).toEqual([joinPage]);
        expect(page.spoken()).toBe('Zoom meeting posted. The join page opens in a new tab.');
    });

    it.each([['Enter', '{Enter}'], ['Space', ' ']])('works in the App Bar with %s alone', async (_name, key) => {
        const page = await openPage();
        page.server.says(meetings, started);

        appBarEntry().focus();
        await userEvent.keyboard(key);
        await page.settle();

        expect(page.tabs).toEqual([joinPage]);
    });

    it('counts a key that is held down in the App Bar once', async () => {
        const page = await openPage();
        page.server.says(meetings, started);
        fireEvent.keyDown(appBarEntry(), {key: 'Enter'});
        await page.settle();
        vi.advanceTimersByTime(1000);
        await page.settle();

        const letThrough = fireEvent.keyDown(appBarEntry(), {key: 'Enter', repeat: true});
        await page.settle();

        expect(letThrough, 'the page does not scroll').toBe(false);
        expect(page.server.askedFor(meetings)).toHaveLength(1);
    });

    it('starts one meeting for a double click, even if the server answers between the clicks', async () => {
        const page = await openPage();
        page.server.says(meetings, started);

        await press(page, headerButton());
        await press(page, headerButton());
        await press(page, appBarEntry());
        expect(page.server.askedFor(meetings)).toHaveLength(1);

        vi.advanceTimersByTime(1000);
        await page.settle();
        await press(page, headerButton());
        expect(page.server.askedFor(meetings)).toHaveLength(2);
    });

    it('announces a start from the already-running prompt that is in progress', async () => {
        const page = await openPage({posts: [promptPost()]});
        page.server.says(meetings, started);
        const answer = page.server.hold();
        await press(page, screen.getByRole('button', {name: 'Create new meeting'}));
        expect(page.spoken()).toBe('Starting a Zoom meeting.');

        for (const button of [headerButton(), appBarEntry()]) {
            const before = screen.getByTestId('zoom-live-region').firstChild;
            await press(page, button);
            expect(page.spoken()).toBe('Starting a Zoom meeting…');
            expect(screen.getByTestId('zoom-live-region').firstChild, 'is announced again').not.toBe(before);
        }

        answer();
        await page.settle();
        expect(page.server.askedFor(meetings)).toHaveLength(1);
    });

    it('shows and announces a typed start that is in progress', async () => {
        const page = await openPage();
        page.server.says(meetings, started);
        const answer = page.server.hold();
        page.registry.commandHooks[0]('/zoom start', {channel_id: 'town', root_id: ''});
        await page.settle();
        expect(headerButton()).toHaveAttribute('aria-busy', 'true');

        await press(page, headerButton());
        expect(page.spoken()).toBe('Starting a Zoom meeting…');

        answer();
        await page.settle();
        expect(page.server.askedFor(meetings)).toHaveLength(1);
    });

    it('allows an answer to the prompt at once', async () => {
        const page = await openPage({posts: [promptPost()]});
        page.server.says(meetings, {json: {outcome: 'prompted', meeting_url: ''}});
        page.registry.commandHooks[0]('/zoom start', {channel_id: 'town', root_id: ''});
        await page.settle();
        vi.advanceTimersByTime(900);

        page.server.says(meetings, started);
        const create = screen.getByRole('button', {name: 'Create new meeting'});
        await press(page, create);
        expect(page.tabs).toEqual([joinPage]);

        // The end of the first start is not taken for that of the second.
        vi.advanceTimersByTime(200);
        await page.settle();
        expect(create).toHaveAttribute('aria-busy', 'true');
        vi.advanceTimersByTime(1000);
        await page.settle();
        expect(create).not.toBeInTheDocument();
    });

    it('shows that it is in progress', async () => {
        const page = await openPage();
        page.server.says(meetings, started);
        const answer = page.server.hold();
        expect(headerButton()).toHaveAccessibleName('Start a Zoom meeting');
        expect(appBarEntry()).toHaveAccessibleName('Start a Zoom meeting');

        await press(page, headerButton());

        for (const button of [headerButton(), appBarEntry()]) {
            expect(button).toHaveAttribute('aria-busy', 'true');
            expect(button).toHaveAccessibleName('Starting a Zoom meeting…');
        }
        expect(headerButton().querySelector('.zoom-spinner')).toBeInTheDocument();
        expect(screen.getByTestId('app-bar-tooltip')).toHaveTextContent('Starting a Zoom meeting…');
        expect(page.spoken()).toBe('Starting a Zoom meeting.');

        answer();
        await page.settle();
        vi.advanceTimersByTime(1000);
        await page.settle();
        expect(headerButton()).toHaveAttribute('aria-busy', 'false');
        expect(headerButton().querySelector('.zoom-spinner')).not.toBeInTheDocument();
    });

    it('opens no join page in another tab of the same user', async () => {
        const page = await openPage();
        page.server.says(meetings, started);
        await press(page, headerButton());

        // The other tab sees the post through its WebSocket; nothing tells it to open anything.
        page.registry.receive('posted', {post: '{}'});
        expect(page.tabs).toHaveLength(1);
    });

    it('works again after a failure', async () => {
        const page = await openPage();
        page.server.says(meetings, {gone: true});
        await press(page, headerButton());
        vi.advanceTimersByTime(1000);
        await page.settle();

        page.server.says(meetings, started);
        await press(page, headerButton());
        expect(page.tabs).toEqual([joinPage]);
        expect(screen.getByRole('alert')).toBeEmptyDOMElement();
    });
});

describe('The open thread', () => {
    const inThread = {rhs: {selectedPostId: 'root', selectedChannelId: 'off-topic', isSidebarOpen: true}};

    it('gets the meeting, and the tooltip says so', async () => {
        const page = await openPage();
        page.server.says(meetings, started);
        page.change({views: inThread});
        expect(screen.getByTestId('header-tooltip')).toHaveTextContent('Start a Zoom meeting in this thread');
        expect(headerButton()).toHaveAccessibleName('Start a Zoom meeting in this thread');
        expect(appBarEntry()).toHaveAccessibleName('Start a Zoom meeting in this thread');

        await press(page, headerButton());

        expect(page.server.askedFor(meetings)[0].body).toMatchObject({channel_id: 'off-topic', root_id: 'root'});
    });

    it('is the thread of the selected reply', async () => {
        const state = lookingAtTownSquare();
        state.entities.posts.posts.reply = {id: 'reply', channel_id: 'town', root_id: 'root', create_at: 1};
        const page = await openPage({state: {...state, views: {rhs: {...inThread.rhs, selectedPostId: 'reply'}}}});
        page.server.says(meetings, started);

        await press(page, headerButton());

        expect(page.server.askedFor(meetings)[0].body).toMatchObject({channel_id: 'town', root_id: 'root'});
    });

    it('is ignored once the sidebar is closed', async () => {
        const page = await openPage({state: {...lookingAtTownSquare(), views: {rhs: {...inThread.rhs, isSidebarOpen: false}}}});
        page.server.says(meetings, started);

        await press(page, headerButton());

        expect(page.server.askedFor(meetings)[0].body).toMatchObject({channel_id: 'town', root_id: ''});
    });

    it('in the global Threads view gets its channel from the server if the page doesn’t know it', async () => {
        const state = lookingAtTownSquare();
        state.entities.channels.currentChannelId = '';
        state.views.threads = {selectedThreadIdInTeam: {team: 'faraway'}};
        const page = await openPage({state, channel: null, basename: '/chat'});
        page.server.says('GET /chat/api/v4/posts/faraway', {json: {id: 'faraway', channel_id: 'its-channel'}});
        page.server.says('POST /chat/plugins/zoom/api/v1/meetings', started);
        expect(appBarEntry()).toHaveAccessibleName('Start a Zoom meeting in this thread');

        await press(page, appBarEntry());

        expect(page.server.askedFor('POST /chat/plugins/zoom/api/v1/meetings')[0].body).toMatchObject({channel_id: 'its-channel', root_id: 'faraway'});
    });

    it('is required if there is no channel', async () => {
        const state = lookingAtTownSquare();
        state.entities.channels.currentChannelId = '';
        const page = await openPage({state, channel: null});

        await press(page, appBarEntry());

        expect(screen.getByRole('alert')).toHaveTextContent('Open a channel or thread first');
        expect(page.server.askedFor(meetings)).toHaveLength(0);
    });
});

describe('When no join page opens', () => {
    it('a blocked tab is reported with a link to the meeting', async () => {
        const page = await openPage();
        page.server.says(meetings, started);
        page.blockTabs = true;

        await press(page, headerButton());

        const notice = screen.getByRole('alert');
        expect(notice).toHaveTextContent('Your browser blocked the Zoom page.');
        expect(within(notice).getByRole('link', {name: 'Open meeting'})).toHaveAttribute('href', joinPage);
        await userEvent.click(within(notice).getByRole('button', {name: 'Dismiss'}));
        expect(notice).toBeEmptyDOMElement();
        expect(document.activeElement, 'keyboard users keep their place').toBe(notice.parentElement);
    });

    it('the desktop app, which opens tabs in the system browser, reports no blocked tab', async () => {
        vi.spyOn(navigator, 'userAgent', 'get').mockReturnValue('Mozilla/5.0 Chrome/138 Electron/37.2.0 Mattermost/5.13.0');
        const page = await openPage();
        page.server.says(meetings, started);
        page.blockTabs = true;

        await press(page, headerButton());

        expect(screen.getByRole('alert')).toBeEmptyDOMElement();
    });

    it.each([['asks to connect', {json: {outcome: 'prompted', meeting_url: ''}}], ['sends a script instead of a page', {json: {outcome: 'started', meeting_url: 'javascript:alert(1)'}}]])(
        'because the server %s, no tab is reported as blocked', async (_why, answer) => {
            const page = await openPage();
            page.server.says(meetings, answer);

            await press(page, headerButton());

            expect(page.tabs).toEqual([]);
            expect(screen.getByRole('alert')).toBeEmptyDOMElement();
        });

    it('points screen readers to the question that the server posted', async () => {
        const page = await openPage();
        page.server.says(meetings, {json: {outcome: 'prompted', meeting_url: ''}});
        await press(page, headerButton());
        expect(page.spoken()).toMatch(/Zoom has a question for you/);
    });

    it('announces a refusal, which the server also posts, and shows it only once', async () => {
        const page = await openPage();
        page.server.says(meetings, {status: 429, json: {error: {code: 'rate_limited', message: 'Zoom is busy. Try again in a minute.'}}});

        await press(page, headerButton());

        expect(page.spoken()).toBe('Zoom is busy. Try again in a minute.');
        expect(screen.getByRole('alert')).toBeEmptyDOMElement();
    });

    describe.each([
        ['never existed', {connected: false, connectionId: ''}],
        ['was lost', {connected: false, connectionId: 'connection-of-this-tab'}],
    ])('while the WebSocket connection %s', (_name, websocket) => {
        it('shows a refusal, which no post can', async () => {
            const page = await openPage({state: {...lookingAtTownSquare(), websocket}});
            page.server.says(meetings, {status: 429, json: {error: {code: 'rate_limited', message: 'Zoom is busy. Try again in a minute.'}}});
            await press(page, headerButton());
            expect(screen.getByRole('alert')).toHaveTextContent('Zoom is busy. Try again in a minute.');
        });

        it('says that the channel has a question', async () => {
            const page = await openPage({state: {...lookingAtTownSquare(), websocket}});
            page.server.says(meetings, {json: {outcome: 'prompted', meeting_url: ''}});
            await press(page, headerButton());
            expect(screen.getByRole('alert')).toHaveTextContent('Zoom has a question for you in the channel');
        });
    });

    it.each(['internal', 'invalid_input'])('shows a refusal with code %s, which the server doesn’t post', async (code) => {
        const page = await openPage();
        page.server.says(meetings, {status: 500, json: {error: {code, message: 'Something went wrong.'}}});
        await press(page, headerButton());
        expect(screen.getByRole('alert')).toHaveTextContent('Something went wrong.');
    });

    it.each([
        ['the network is down', {gone: true}],
        ['a proxy answers in the server’s place', {status: 502, text: '<html>Bad Gateway</html>'}],
        ['the answer makes no sense', {status: 500, json: null}],
    ])('because %s, the page says so', async (_why, answer) => {
        const page = await openPage();
        page.server.says(meetings, answer);

        await press(page, headerButton());

        expect(screen.getByRole('alert')).toHaveTextContent('The server didn\'t answer. Check your connection and try again.');
    });

    it('gives up on a server that never answers', async () => {
        const page = await openPage();
        vi.stubGlobal('fetch', (_url: string, {signal}: RequestInit) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))));

        fireEvent.click(headerButton());
        await page.settle();
        vi.advanceTimersByTime(30_000);
        await page.settle();

        expect(screen.getByRole('alert')).toHaveTextContent('The server didn\'t answer.');
    });
});
