// Starting meetings with the mouse, with the keyboard, in threads, and in several tabs.
import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';

import {connect, launch, openBrowser, poll, Tab} from './page.mjs';
import {configure, meetingsCreated, newChannel, sandbox, stack} from './stack.mjs';

describe('Starting a meeting in the browser', () => {
    let browser;
    let alice;

    before(async () => {
        browser = await launch();
        alice = await openBrowser(browser, 'alice');
        await connect(alice, await newChannel('Connecting', alice.person), stack.users.alice.email);
    });
    after(() => browser?.close());

    it('a click in the App Bar posts the meeting and opens its join page, once', async () => {
        const channel = await newChannel('App Bar', alice.person);
        const tab = await Tab.inChannel(alice, channel);
        await tab.appBarEntry.waitFor();
        await tab.appBarEntry.hover();
        await tab.page.getByText('Start a Zoom meeting').first().waitFor();
        await tab.picture('app-bar');

        await tab.appBarEntry.click();
        await tab.lastMeeting.waitFor();
        const join = await tab.join();

        assert.ok(join.url().startsWith(stack.sandbox), `the join page is Zoom's: ${join.url()}`);
        assert.equal(await join.evaluate(() => window.opener), null, 'the join page has no access to Mattermost');
        assert.match(await tab.lastMeeting.textContent(), /@alice started a Zoom meeting/);
        assert.equal(tab.opened.length, 1);
        assert.deepEqual(tab.problems, []);
    });

    it('with the App Bar off, the camera in the channel header does the same', async () => {
        const restore = await configure({ExperimentalSettings: {DisableAppBar: true}}, {ExperimentalSettings: {DisableAppBar: false}});
        try {
            const channel = await newChannel('Channel header', alice.person);
            const tab = await Tab.inChannel(alice, channel);
            await tab.headerButton.waitFor();
            assert.equal(await tab.headerButton.getAttribute('aria-label'), 'Start a Zoom meeting');
            await tab.headerButton.hover();
            await tab.picture('header-icon');

            const answer = await tab.holdStart();
            await tab.headerButton.click();
            await poll(async () => await tab.headerButton.getAttribute('aria-busy') === 'true', 'the icon shows that it is busy');
            assert.equal(await tab.headerButton.getAttribute('aria-label'), 'Starting a Zoom meeting…');
            await tab.picture('header-icon-busy');
            answer();
            await tab.lastMeeting.waitFor();
            await tab.join();
            await poll(async () => await tab.headerButton.getAttribute('aria-busy') === 'false', 'the icon is ready again');
        } finally {
            await restore();
        }
    });

    it('a double click starts one meeting', async () => {
        const channel = await newChannel('Double click', alice.person);
        const tab = await Tab.inChannel(alice, channel);
        await tab.appBarEntry.waitFor();
        const earlier = await meetingsCreated();

        await tab.appBarEntry.dblclick();
        await tab.lastMeeting.waitFor();
        await tab.join();
        await poll(async () => await tab.appBarEntry.getAttribute('data-zoom-busy') === 'false', 'the start is finished');

        assert.equal(await meetingsCreated() - earlier, 1);
        assert.equal(await tab.meetings.count(), 1);
        assert.equal(tab.opened.length, 1);
    });

    it('the keyboard alone is enough, and screen readers announce what happens', async () => {
        const channel = await newChannel('Keyboard', alice.person);
        const tab = await Tab.inChannel(alice, channel);
        await tab.appBarEntry.waitFor();
        await tab.page.locator('#post_textbox').focus();
        for (let presses = 0; presses < 40; presses++) {
            await tab.page.keyboard.press('Tab');
            if (await tab.page.evaluate(() => Boolean(document.activeElement?.closest('#app-bar-icon-zoom')))) {
                break;
            }
        }
        assert.equal(await tab.page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Start a Zoom meeting');

        await tab.page.keyboard.press('Enter');

        await tab.lastMeeting.waitFor();
        await poll(async () => (await tab.liveRegion.textContent()).includes('Zoom meeting posted'), 'the result is announced');
        await tab.join();
    });

    it('goes into the thread that is open beside the channel', async () => {
        const channel = await newChannel('Threads', alice.person);
        const tab = await Tab.inChannel(alice, channel);
        await tab.say('Should we talk about the release?');
        await tab.openThread('Should we talk about the release?');
        assert.equal(await tab.appBarButton.getAttribute('aria-label'), 'Start a Zoom meeting in this thread');

        await tab.appBarEntry.click();

        await tab.rightSidebar.locator('.zoom-post').waitFor();
        await tab.join();
        await tab.picture('thread');
    });

    it('goes into the thread that is open in the global Threads view, which has no channel', async () => {
        const channel = await newChannel('Far away', alice.person);
        const root = await alice.person.call('POST', '/posts', {channel_id: channel.id, message: 'A thread in another channel'});
        await alice.person.call('POST', '/posts', {channel_id: channel.id, root_id: root.id, message: 'Let us talk'});
        const tab = await Tab.open(alice, `/${stack.team}/threads/${root.id}`);
        await tab.page.getByText('Let us talk').first().waitFor();
        await tab.appBarEntry.waitFor();

        await tab.appBarEntry.click();

        await tab.lastMeeting.waitFor();
        await tab.join();
        const thread = await alice.person.call('GET', `/posts/${root.id}/thread`);
        assert.deepEqual(Object.values(thread.posts).filter(({type}) => type === 'custom_zoom').map((post) => [post.channel_id, post.root_id]), [[channel.id, root.id]]);
    });

    it('says so if Zoom is too busy, visibly and to screen readers', async () => {
        const channel = await newChannel('Busy', alice.person);
        const tab = await Tab.inChannel(alice, channel);
        await tab.appBarEntry.waitFor();
        await sandbox('POST', '/faults', {
            match: {method: 'POST', path: '/v2/users/'},
            times: 10,
            action: {status: 429, body: '{"code":429,"message":"You have reached the maximum per-second rate limit for this API. Try again later."}'},
        });
        try {
            await tab.appBarEntry.click();
            await tab.page.getByText(/too many requests/).first().waitFor();
            await poll(async () => (await tab.liveRegion.textContent()).includes('too many requests'), 'the reason is announced');
            assert.equal(await tab.meetings.count(), 0);
            assert.equal(tab.opened.length, 0);
        } finally {
            await sandbox('DELETE', '/faults');
        }
    });

    it('opens the join page only in the tab that started the meeting', async () => {
        const channel = await newChannel('Two tabs', alice.person);
        const asking = await Tab.inChannel(alice, channel);
        const other = await Tab.inChannel(alice, channel);
        await asking.appBarEntry.waitFor();

        await asking.appBarEntry.click();
        await asking.join();
        await other.lastMeeting.waitFor();
        assert.equal(other.opened.length, 0, 'the other tab shows the meeting and opens nothing');
    });

    it('opens the join page of a slash command only in the tab where it is typed', async () => {
        const channel = await newChannel('Command', alice.person);
        const asking = await Tab.inChannel(alice, channel);
        const other = await Tab.inChannel(alice, channel);

        await asking.say('/zoom start From the keyboard');
        await other.lastMeeting.waitFor();
        await asking.lastMeeting.waitFor();

        await asking.join();

        // Time for an event that must not arrive.
        await asking.page.waitForTimeout(1000);
        assert.equal(other.opened.length, 0);
        assert.equal(asking.opened.length, 1);
    });

    it('shows a link to the meeting if the browser blocks the tab', async () => {
        const channel = await newChannel('Blocked', alice.person);
        const tab = await Tab.inChannel(alice, channel);
        await tab.appBarEntry.waitFor();
        await tab.page.evaluate(() => {
            window.open = () => null;
        });

        await tab.appBarEntry.click();

        const link = tab.page.getByRole('link', {name: 'Open meeting'});
        await link.waitFor();
        assert.ok((await link.getAttribute('href')).startsWith(stack.sandbox));
        await tab.picture('blocked-tab');
    });
});
