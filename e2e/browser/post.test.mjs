// The post of a meeting from start to end, and of a forged one.
import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';

import {connect, launch, meetingNumber, openBrowser, poll, Tab} from './page.mjs';
import {newChannel, putClockAhead, sandbox, stack} from './stack.mjs';

describe('The post of a meeting', () => {
    let browser;
    let alice;
    let bob;
    let channel;
    let hers;
    let his;

    before(async () => {
        browser = await launch();
        alice = await openBrowser(browser, 'alice');
        bob = await openBrowser(browser, 'bob');
        channel = await newChannel('Stand-up', alice.person, bob.person);
        await connect(alice, channel, stack.users.alice.email);
        await connect(bob, channel, stack.users.bob.email);
        hers = await Tab.inChannel(alice, channel);
        his = await Tab.inChannel(bob, channel);
    });
    after(() => browser?.close());

    it('waits for the meeting to begin, with a way to join it', async () => {
        await hers.say('Good morning! Should we start?');
        await hers.say('/zoom start Weekly planning');
        await his.lastMeeting.waitFor();

        const card = await his.lastMeeting.textContent();
        assert.match(card, /@alice started a Zoom meeting/);
        assert.match(card, /Weekly planning/);
        assert.match(card, /Waiting for the meeting to begin/);
        const join = his.lastMeeting.getByRole('link', {name: /^Join meeting: Weekly planning/});
        assert.ok((await join.getAttribute('href')).startsWith(stack.sandbox));
        await his.picture('post-waiting');
    });

    it('asks a second user whether to join the open meeting', async () => {
        await his.say('/zoom start Another one');
        const prompt = his.meetings.filter({hasText: 'already started a Zoom meeting here'});
        await prompt.waitFor();
        await prompt.getByRole('link', {name: /Join existing meeting/}).waitFor();
        await his.picture('already-running');

        await prompt.getByRole('button', {name: /create new meeting/i}).click();
        await his.meetings.filter({hasText: 'Another one'}).filter({hasText: '@bob started'}).waitFor();
        await his.join();
        await poll(async () => await prompt.getByRole('button').count() === 0, 'the prompt is settled');
        assert.match(await prompt.textContent(), /You started another meeting/);
        assert.equal(await prompt.getByRole('region').evaluate((card) => card === document.activeElement), true, 'the focus of the removed button stays here');
    });

    it('says when the meeting began, and summarizes it when it has ended', async () => {
        const post = his.meetings.filter({hasText: '@alice started'}).first();
        const number = await meetingNumber(post);

        await sandbox('POST', `/meetings/${number}/start`);
        const live = his.meetings.filter({hasText: 'In progress since'}).first();
        await live.waitFor();
        await his.picture('post-in-progress', live);


        // Gives the meeting a length, unless an earlier run has already set the clock ahead.
        await putClockAhead(4);
        await sandbox('POST', `/meetings/${number}/end`);
        const ended = his.meetings.filter({hasText: 'Meeting summary'}).first();
        await ended.waitFor();
        assert.match(await ended.textContent(), /Length(Less than a minute|\d+ minutes?)$/);
        assert.equal(await ended.getByRole('link').count(), 0, 'there is no link to join');
        await his.picture('post-ended', ended);
    });

    it('shows times in the reader’s own clock', async () => {
        const ended = his.meetings.filter({hasText: 'Meeting summary'}).first();
        await poll(async () => /[AP]M/.test(await ended.textContent()), 'the 12-hour clock shows');
        await bob.person.prefer(['display_settings', 'use_military_time', 'true']);
        await poll(async () => !/[AP]M/.test(await ended.textContent()), 'the 24-hour clock shows');
    });

    it('has no button if a user forged it', async () => {
        await bob.person.call('POST', '/posts', {
            channel_id: channel.id,
            message: 'I have started a meeting',
            type: 'custom_zoom',
            props: {meeting_status: 'STARTED', meeting_topic: 'All hands (forged)', meeting_id: '999999999', meeting_link: 'https://zoom.us.evil.example/j/1', meeting_provider: 'Zoom'},
        });
        const forged = hers.meetings.filter({hasText: 'All hands (forged)'});
        await forged.waitFor();
        assert.equal(await forged.getByRole('link').count(), 0);
        assert.match(await forged.textContent(), /https:\/\/zoom\.us\.evil\.example\/j\/1/);
        assert.deepEqual([...hers.problems, ...his.problems], []);
    });

    it('offers no start button if a user forged the already-running prompt', async () => {
        const forged = {
            channel_id: channel.id,
            message: 'A meeting is already running',
            type: 'custom_zoom',
            props: {type: 'custom_zoom', meeting_status: 'RECENTLY_CREATED', meeting_topic: 'Click here (forged)', meeting_requested_topic: 'A trap', meeting_id: '999999999', meeting_link: 'https://zoom.us.evil.example/j/1', meeting_provider: 'Zoom'},
        };
        await bob.person.call('POST', '/posts', forged);
        const trap = hers.meetings.filter({hasText: 'Click here (forged)'});
        await trap.waitFor();
        assert.equal(await trap.getByRole('button').count(), 0);
        assert.equal(await trap.getByRole('link').count(), 0);

        // A real prompt has a type that the server accepts from no user.
        await assert.rejects(bob.person.call('POST', '/posts', {...forged, type: 'system_ephemeral'}));
    });

    it('of the public plugin still renders and can be joined', async () => {
        await alice.person.call('POST', '/posts', {
            channel_id: channel.id,
            message: 'I have started a meeting',
            type: 'custom_zoom',
            props: {meeting_status: 'STARTED', meeting_topic: 'From before the swap', meeting_id: 1234567890, meeting_link: `${stack.sandbox}/j/1234567890`, meeting_provider: 'Zoom', meeting_creator_username: 'alice', meeting_personal: false},
        });
        const old = his.meetings.filter({hasText: 'From before the swap'});
        await old.getByRole('link', {name: /^Join meeting/}).waitFor();
        assert.match(await old.textContent(), /123 456 7890/);
    });
});
