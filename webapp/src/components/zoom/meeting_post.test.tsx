import {cleanup, screen, waitFor, within} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {describe, expect, it} from 'vitest';

import {FakePage, openPage} from '../../testing/fake_page';
import {lookingAtTownSquare, meetingPost, nineOhFour, promptPost, publicPluginPost} from '../../testing/fixtures';
import type {Post} from '../../types/mattermost-webapp';

const minute = 60_000;

async function show(post: Post, options: Parameters<typeof openPage>[0] = {}) {
    const page = await openPage({...options, posts: [post]});
    return {page, card: screen.getByTestId(post.id)};
}

// The value that the card shows beside a name.
function fact(card: HTMLElement, name: string) {
    return within(card).getByText(name).nextSibling?.textContent;
}

describe('An open meeting', () => {
    it('shows the topic, ID, and passcode, and has one join button', async () => {
        const {card} = await show(meetingPost({meeting_passcode: 's3cret'}));

        expect(card).toHaveTextContent('@alice started a Zoom meeting');
        expect(within(card).getByRole('region', {name: 'Zoom meeting: Stand-up'})).toBeInTheDocument();
        expect(fact(card, 'Meeting ID')).toBe('812 3456 7890');
        expect(fact(card, 'Passcode')).toBe('s3cret');
        const join = within(card).getByRole('link', {name: 'Join meeting: Stand-up (opens in a new tab)'});
        expect(join).toHaveTextContent('Join meeting');
        expect(join).toHaveAttribute('href', 'https://us02web.zoom.us/j/81234567890?pwd=abc');
        expect(join).toHaveAttribute('rel', 'noopener noreferrer');
    });

    it.each([
        ['username', {}, {}, '@alice started'],
        ['nickname', {own: 'nickname_full_name'}, {nickname: 'Al', first_name: 'Alice', last_name: 'Smith'}, '@Al started'],
        ['full name for want of a nickname', {own: 'nickname_full_name'}, {first_name: 'Alice', last_name: 'Smith'}, '@Alice Smith started'],
        ['full name by the system’s setting', {system: 'full_name'}, {nickname: 'Al', first_name: 'Alice'}, '@Alice started'],
        ['full name by the system’s setting, which is locked', {own: 'username', system: 'full_name', locked: 'true'}, {last_name: 'Smith'}, '@Smith started'],
        ['username for want of a full name', {system: 'full_name'}, {}, '@alice started'],
    ])('names its author by %s', async (_name, setting: {own?: string; system?: string; locked?: string}, names, started) => {
        const state = lookingAtTownSquare();
        state.entities.users.profiles.alice = {username: 'alice', ...names};
        state.entities.preferences.myPreferences['display_settings--name_format'] = setting.own ? {value: setting.own} : undefined;
        state.entities.general = {
            config: {TeammateNameDisplay: setting.system, LockTeammateNameDisplay: setting.locked},
            license: {LockTeammateNameDisplay: setting.locked},
        };
        const {card} = await show(meetingPost(), {state});
        expect(card).toHaveTextContent(started);
    });

    it('waits for the meeting to begin, then shows since when it is in progress', async () => {
        const {card} = await show(meetingPost());
        expect(card).toHaveTextContent('Waiting for the meeting to begin');
        document.body.innerHTML = '';

        const begun = await show(meetingPost({meeting_started: true, meeting_start_time: nineOhFour}));
        expect(begun.card).toHaveTextContent('In progress since 10:04 AM');
    });

    it('hides the phone numbers until the reader asks for them', async () => {
        const {card} = await show(meetingPost({meeting_dial_in: [
            {country: 'US', city: 'New York', number: '+1 646 558 8656'},
            {country: 'FR', city: '', number: '+33 1 7037 9729'},
            {country: 'DE', city: 'Berlin'},
        ]}));

        const disclosure = within(card).getByRole('button', {name: 'Dial in by phone'}).parentElement!;
        expect(within(disclosure).queryByRole('listitem')).not.toBeInTheDocument();
        await userEvent.click(within(disclosure).getByText('Dial in by phone'));
        expect(within(disclosure).getAllByRole('listitem').map((item) => item.textContent)).toEqual(['+1 646 558 8656 New York, US', '+33 1 7037 9729 FR']);
        expect(within(disclosure).getByText('+1 646 558 8656')).toHaveAttribute('href', 'tel:+16465588656');
    });

    it('shows no more phone numbers than the server puts into a post', async () => {
        const {card} = await show(meetingPost({meeting_dial_in: Array.from({length: 500}, (_, n) => ({country: 'US', city: '', number: `+1 646 555 ${1000 + n}`}))}));
        expect(card.querySelectorAll('.zoom-dial-in li')).toHaveLength(8);
    });

    it('calls a personal meeting ID by its name', async () => {
        const {card} = await show(meetingPost({meeting_personal: true, meeting_id: '1234567890'}));
        expect(fact(card, 'Personal meeting ID')).toBe('123 456 7890');
    });
});

describe('A post whose author edited its message', () => {
    it.each(['STARTED', 'ENDED'])('shows it above the card (%s)', async (status) => {
        const {card} = await show(meetingPost({meeting_status: status}, {message: 'Stand-up, moved to 10:30'}));
        expect(card).toHaveTextContent('Stand-up, moved to 10:30');
    });

    it('doesn’t show the post’s original message', async () => {
        const {card} = await show(meetingPost());
        expect(card).not.toHaveTextContent('I have started a meeting');
    });
});

describe('A join link to a host of the account', () => {
    const link = 'https://meet.acme.example/j/81234567890?pwd=abc';
    const route = '/plugins/zoom/api/v1/meetings/81234567890/posts/';

    it('is a button if the server says that Zoom named the host for this post', async () => {
        const page = new FakePage({posts: [meetingPost({meeting_link: link}), meetingPost({meeting_link: link}, {id: 'other'})]});
        page.server.says(`GET ${route}post`, {json: {join_host: 'meet.acme.example'}});
        page.server.says(`GET ${route}other`, {json: {join_host: ''}});
        await page.load();
        expect(await within(screen.getByTestId('post')).findByRole('link')).toHaveAttribute('href', link);
        expect(within(screen.getByTestId('other')).queryByRole('link')).not.toBeInTheDocument();
    });
});

describe('A forged post', () => {
    it.each([
        'https://zoom.us.evil.example/j/1',
        'https://evilzoom.us/j/1',
        'https://zoom.us@evil.example/j/1',
        'https://user:password@zoom.us/j/1',
        'http://zoom.us/j/1',
        'javascript:alert(document.cookie)',
        'not a link',
    ])('gets no button for %s, only its text', async (link) => {
        const {card} = await show(meetingPost({meeting_link: link}));
        expect(within(card).queryByRole('link')).not.toBeInTheDocument();
        expect(card).toHaveTextContent(link);
    });

    it('can put no markup into the page', async () => {
        const {card} = await show(meetingPost({meeting_topic: '<img src=x onerror=alert(1)>', meeting_creator_username: '<b>eve</b>'}));
        expect(card.querySelector('img, b')).toBeNull();
        expect(card).toHaveTextContent('<img src=x onerror=alert(1)>');
    });

    it('names its author, whatever its props say', async () => {
        const {card} = await show(meetingPost({meeting_creator_username: 'ceo'}, {user_id: 'bob'}));
        expect(card).toHaveTextContent('@bob started a Zoom meeting');
        expect(card).not.toHaveTextContent('ceo');
    });

    it('names nobody if the page doesn’t know its author', async () => {
        const {card} = await show(meetingPost({meeting_creator_username: 'ceo'}, {user_id: 'stranger'}));
        expect(card).toHaveTextContent('A Zoom meeting was started');
    });

    it('gets no button before the server’s list of trusted hosts arrived', async () => {
        const {card} = await show(meetingPost(), {config: {join_hosts: []}});
        expect(within(card).queryByRole('link')).not.toBeInTheDocument();
    });

    it.each([
        ['of the plugin’s type', {type: 'custom_zoom'}],
        ['that names the plugin’s type in a prop only', {type: ''}],
        ['without a type', {type: undefined}],
    ])('%s gets no button that starts a meeting as its reader', async (_name, type) => {
        const trap = {meeting_requested_topic: 'Eve’s topic', meeting_requested_identity: 'personal'};
        const {card} = await show(promptPost(trap, type));
        expect(within(card).queryByRole('button')).not.toBeInTheDocument();
        expect(card).toHaveTextContent('@alice started a Zoom meeting');
        expect(within(card).getByRole('link', {name: /^Join meeting/})).toBeInTheDocument();

        cleanup();
        const astray = await show(promptPost({...trap, meeting_link: 'https://zoom.us.evil.example/j/1'}, type));
        expect(within(astray.card).queryByRole('link')).not.toBeInTheDocument();
    });

    it('breaks nothing whatever its props are', async () => {
        const odd = [undefined, null, 0, -1, NaN, 1e300, '', 'x', [], [null], {}, [{number: 7}], true];
        const names = Object.keys({...meetingPost().props, meeting_started: 0, meeting_start_time: 0, meeting_end_time: 0, meeting_duration: 0, meeting_dial_in: 0, meeting_passcode: 0});
        const posts = odd.flatMap((value, v) => ['STARTED', 'ENDED', 'RECENTLY_CREATED', value].map((status, s) => ({
            ...meetingPost(), id: `odd-${v}-${s}`, type: v % 2 ? 'custom_zoom' : 'system_ephemeral', props: {...Object.fromEntries(names.map((name) => [name, value])), meeting_status: status},
        })));
        await openPage({posts});
        expect(screen.getAllByRole('article')).toHaveLength(posts.length);
    });
});

describe('A meeting that ended', () => {
    const ended = meetingPost({meeting_status: 'ENDED', meeting_started: true, meeting_start_time: nineOhFour, meeting_end_time: nineOhFour + (42 * minute), meeting_duration: 42 * 60});

    it('is summarized in the reader’s time zone and clock, without a button', async () => {
        const {card} = await show(ended);
        expect(card).toHaveTextContent('The Zoom meeting has ended');
        expect(card).toHaveTextContent('Meeting summary');
        expect(fact(card, 'Date')).toBe('Mar 2, 2026');
        expect(fact(card, 'Time')).toBe('10:04 AM – 10:46 AM');
        expect(fact(card, 'Length')).toBe('42 minutes');
        expect(within(card).queryByRole('link')).not.toBeInTheDocument();
    });

    it.each([
        ['set by hand, 12-hour clock', {useAutomaticTimezone: 'false', automaticTimezone: 'Europe/Paris', manualTimezone: 'America/New_York'}, 'false', '4:04 AM – 4:46 AM', 'Mar 2, 2026'],
        ['the browser’s, 24-hour clock', {useAutomaticTimezone: true, automaticTimezone: 'Asia/Tokyo', manualTimezone: ''}, 'true', '18:04 – 18:46', 'Mar 2, 2026'],
        ['across the date line', {useAutomaticTimezone: false, manualTimezone: 'Pacific/Honolulu'}, 'true', '23:04 – 23:46', 'Mar 1, 2026'],
    ])('shows the right times in a zone %s', async (_name, timezone, military, times, date) => {
        const state = lookingAtTownSquare();
        state.entities.users.profiles.alice = {timezone};
        state.entities.preferences.myPreferences['display_settings--use_military_time'] = {value: military};
        const {card} = await show(ended, {state});
        expect(fact(card, 'Time')).toBe(times);
        expect(fact(card, 'Date')).toBe(date);
    });

    it('still renders for a reader whose time zone the browser doesn’t know', async () => {
        const state = lookingAtTownSquare();
        state.entities.users.profiles.alice = {timezone: {useAutomaticTimezone: 'false', manualTimezone: 'Mars/Olympus'}};
        const {card} = await show(ended, {state});
        expect(fact(card, 'Length')).toBe('42 minutes');
    });

    it('names both days if it went past midnight', async () => {
        const {card} = await show(meetingPost({...ended.props, meeting_start_time: Date.UTC(2026, 2, 2, 22, 30), meeting_end_time: Date.UTC(2026, 2, 2, 23, 30)}));
        expect(fact(card, 'Date')).toBe('Mar 2, 2026 – Mar 3, 2026');
    });

    it.each([
        ['neither start nor end', {}, {Date: undefined, Time: undefined, Length: undefined}],
        ['its start only', {meeting_start_time: nineOhFour}, {Date: 'Mar 2, 2026', Time: undefined, Length: undefined}],
        ['its end only', {meeting_end_time: nineOhFour}, {Date: 'Mar 2, 2026', Time: undefined, Length: undefined}],
        ['an end before its start', {meeting_start_time: nineOhFour, meeting_end_time: nineOhFour - minute}, {Length: undefined}],
        ['its length only', {meeting_duration: 300}, {Date: undefined, Time: undefined, Length: '5 minutes'}],
        ['an end in the moment of its start', {meeting_start_time: nineOhFour, meeting_end_time: nineOhFour}, {Length: 'Less than a minute'}],
    ])('whose post has %s makes up nothing', async (_name, times, facts) => {
        const {card} = await show(meetingPost({meeting_status: 'ENDED', ...times}));
        for (const [name, value] of Object.entries(facts)) {
            expect(within(card).queryByText(name)?.nextSibling?.textContent, name).toBe(value);
        }
    });

    it.each([[20, 'Less than a minute'], [61, '1 minute'], [3600, '1 hour'], [3660, '1 hour 1 minute'], [7320, '2 hours 2 minutes']])('of %d seconds took %s', async (seconds, words) => {
        const {card} = await show(meetingPost({...ended.props, meeting_duration: seconds}));
        expect(fact(card, 'Length')).toBe(words);
    });
});

describe('A post of the public plugin', () => {
    it('can still be joined and makes no claim about whether the meeting began', async () => {
        const {card} = await show(publicPluginPost());
        expect(fact(card, 'Meeting ID')).toBe('123 456 7890');
        expect(within(card).getByRole('link')).toHaveAttribute('href', 'https://zoom.us/j/1234567890');
        expect(card).not.toHaveTextContent(/waiting|in progress/i);
    });

    it('measures its length from the post’s creation to the end time', async () => {
        const {card} = await show(publicPluginPost({meeting_status: 'ENDED', meeting_end_time: nineOhFour + (10 * minute)}));
        expect(fact(card, 'Length')).toBe('10 minutes');
    });
});

describe('The already-running prompt', () => {
    const prompt = promptPost({meeting_requested_topic: 'Retro', meeting_requested_identity: 'personal', meeting_requested_root: 'thread'}, {root_id: '', channel_id: 'off-topic'});

    it('names the user who started the meeting as Mattermost does', async () => {
        const state = lookingAtTownSquare();
        state.entities.users.profiles.bob = {username: 'bob', first_name: 'Bob', last_name: 'Jones'};
        state.entities.general = {config: {TeammateNameDisplay: 'full_name'}};
        const {card} = await show(promptPost({meeting_creator_username: 'bob'}), {state});
        expect(card).toHaveTextContent('@Bob Jones already started a Zoom meeting here');
        cleanup();
        const unknown = await show(promptPost({meeting_creator_username: 'carol'}), {state});
        expect(unknown.card).toHaveTextContent('@carol already started a Zoom meeting here');
    });

    it('lets the user join the existing meeting', async () => {
        const {card} = await show(prompt);
        expect(card).toHaveTextContent('@alice already started a Zoom meeting here');
        expect(within(card).getByRole('link', {name: 'Join existing meeting (opens in a new tab)'})).toHaveAttribute('href', 'https://us02web.zoom.us/j/81234567890?pwd=abc');
    });

    it('starts another meeting with the requested thread, topic, and kind of meeting ID, once for a double click', async () => {
        const {card, page} = await show(prompt);
        page.server.says('POST /plugins/zoom/api/v1/meetings', {json: {outcome: 'started', meeting_url: 'https://zoom.us/j/2'}});
        const answer = page.server.hold();
        const button = within(card).getByRole('button', {name: 'Create new meeting'});

        await userEvent.dblClick(button);
        expect(button).toHaveAttribute('aria-busy', 'true');
        expect(button).toHaveTextContent('Creating…');
        answer();
        await page.settle();
        await waitFor(() => expect(within(card).queryByRole('button')).not.toBeInTheDocument(), {timeout: 2000});
        expect(card).toHaveTextContent('You started another meeting.');
        expect(within(card).getByRole('region'), 'keyboard users keep their place').toHaveFocus();

        expect(page.server.askedFor('POST /plugins/zoom/api/v1/meetings').map(({body}) => body)).toEqual([
            {channel_id: 'off-topic', root_id: 'thread', topic: 'Retro', connection_id: 'connection-of-this-tab', identity: 'personal', force: true},
        ]);
        expect(page.tabs).toEqual(['https://zoom.us/j/2']);
    });
});

describe('In any theme', () => {
    it('a post has no color of its own', async () => {
        const {card} = await show(meetingPost());
        for (const element of card.querySelectorAll('*')) {
            expect(element).not.toHaveAttribute('style');
        }
    });
});
