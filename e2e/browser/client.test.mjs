// What the plugin must handle in Mattermost's client: the focus, the login page, collapsed threads, attachments that Mattermost draws
// again, names, and contrast. The host page behaves the same, and each point here once broke something.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {after, afterEach, before, beforeEach, describe, it} from 'node:test';

import {connect, launch, openBrowser, poll, setUpProvider, Tab} from './page.mjs';
import {configure, newApp, newChannel, newService, stack, enable} from './stack.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Returns the elements of a part of the page that have too little contrast, or no name, according to axe-core.
async function faultsIn(tab, part) {
    if (!await tab.page.evaluate(() => Boolean(window.axe))) {
        await tab.page.evaluate(axe);
    }
    const {violations} = await tab.page.evaluate((where) => window.axe.run(where, {runOnly: ['color-contrast', 'button-name', 'link-name', 'label', 'aria-input-field-name', 'select-name']}), part);
    return violations.flatMap(({id, nodes}) => nodes.map(({target, any}) => `${id}: ${target} ${any[0]?.message ?? ''}`));
}

describe('In Mattermost’s client', () => {
    let browser;
    let alice;
    let bob;
    let channel;
    let service;
    let tab;

    before(async () => {
        browser = await launch();
        const admin = await openBrowser(browser, 'admin');
        [alice, bob] = [await openBrowser(browser, 'alice'), await openBrowser(browser, 'bob')];
        await enable(admin, {enablepagerduty: 'pduty'});
        channel = await newChannel('The client', alice.person, bob.person);
        service = await newService('alice', 'bob');
        await newService('alice', 'bob');
        await connect(alice, channel, stack.users.alice.email);
        await setUpProvider(admin, channel, {word: 'pduty', kind: 'us', app: await newApp('pagerduty'), people: [alice, bob]});
        const first = await Tab.inChannel(alice, channel);
        await first.composerProvider('PagerDuty').waitFor(); // so the webapp handles the command
        await first.say('/pduty configure');
        await first.window.getByRole('button', {name: 'Connect this channel'}).click();
        await first.signIn('pagerduty');
        await first.posts.filter({hasText: 'connected this channel to PagerDuty'}).waitFor();
        await first.page.close();
    });
    after(() => browser?.close());
    beforeEach(async () => {
        tab = await Tab.inChannel(alice, channel);
        await tab.appBarEntry.waitFor();
    });
    afterEach(async () => {
        assert.deepEqual(tab.problems, []);
        await tab.page.close();
    });

    const box = () => tab.page.locator('#post_textbox');
    const focused = (locator) => locator.evaluate((element) => element === document.activeElement);

    it('keys typed at once go to the window, at every step', async () => {
        await tab.say('/pduty trigger');
        const first = tab.window.getByRole('combobox', {name: 'Service'});
        await first.waitFor();
        await tab.page.keyboard.type('Web');
        await tab.picture('f1');
        assert.equal(await box().inputValue(), '', 'nothing went to the message box behind it');
        assert.equal(await first.inputValue(), 'Web');

        await tab.pick('Service', service.name);
        const name = tab.window.getByLabel('Title');
        await name.fill('  ');
        await tab.page.keyboard.press('Enter');
        await tab.window.getByText('Enter a title.').waitFor();
        await tab.page.keyboard.type('Disk full');
        assert.match(await name.inputValue(), /Disk full$/);

        // A step later, with nothing but buttons.
        await tab.page.keyboard.press('Enter');
        await tab.window.getByText('Done:').waitFor();
        await tab.page.keyboard.type('all good');
        await tab.window.locator('..').click({position: {x: 5, y: 5}});
        if (await tab.window.count()) {
            await tab.page.keyboard.type('still');
            await tab.page.keyboard.press('Escape');
        }
        await tab.window.waitFor({state: 'detached'});
        assert.equal(await box().inputValue(), '');
    });

    it('everything works after the login, without a reload', async () => {
        const context = await browser.newContext({viewport: {width: 1280, height: 800}, baseURL: stack.url, locale: 'en-US'});
        await context.addInitScript(() => localStorage.setItem('__landingPageSeen__', 'true'));
        const fresh = await Tab.open({context, person: alice.person}, `/login?redirect_to=${encodeURIComponent(`/${stack.team}/channels/${channel.name}`)}`);
        await fresh.page.locator('#input_loginId').fill(stack.users.alice.username);
        await fresh.page.locator('#input_password-input').fill(stack.users.alice.password);
        await fresh.page.locator('#saveSetting').click();
        await fresh.page.locator('#post_textbox').waitFor();
        await poll(async () => await fresh.page.locator('#app-bar-icon-zoom').count() === 2, 'the App Bar has its entries', 4000).finally(() => fresh.picture('f2'));
        await fresh.composerProvider('PagerDuty').waitFor();
        await context.close();
    });

    it('the answer to a button on a card is where the button is, from the bot', async () => {
        const title = `Cart fails ${Date.now().toString(36)}`;
        await service.trigger(title);
        const card = tab.cards.filter({hasText: title});
        await card.waitFor();
        const his = await Tab.inChannel(bob, channel);
        await his.cards.filter({hasText: title}).getByRole('button', {name: 'Acknowledge'}).click();
        const answer = his.page.locator('.channel__posts, #postListContent').locator('[id^="post_"]').filter({hasText: 'Only visible to you'}).last();
        await poll(async () => await answer.count() > 0, 'bob sees in the channel that he has to sign in', 5000).finally(() => his.picture('f3'));
        assert.match(await answer.textContent(), /^zoom|@zoom/i);
        await his.page.close();

        // The card as the plugin draws it.
        await tab.picture('f8-card', card);
        assert.equal(await card.getByText('Edited').count(), 0);
    });

    it('a prompt and a search result show the meeting once', async () => {
        const topic = `Planning ${Date.now().toString(36)}`;
        await tab.say(`/zoom start ${topic}`);
        await tab.meetings.filter({hasText: topic}).waitFor();
        await tab.join();
        await tab.say('/zoom start Another one');
        const prompt = tab.posts.filter({hasText: 'already started'}).last();
        await prompt.waitFor();
        await tab.page.locator('#searchBox').fill('meeting');
        await poll(async () => {
            await tab.page.locator('#searchBox').press('Enter');
            return tab.page.locator('.search-item__container').first().waitFor({timeout: 2000}).then(() => true, () => false);
        }, 'the search finds the meeting');
        await tab.picture('f4', prompt);
        for (const shown of [prompt, tab.page.locator('.search-item__container').first()]) {
            assert.equal(await shown.locator('.zoom-card').isVisible(), true);
            assert.equal(await shown.locator('.attachment').filter({visible: true}).count(), 0);
        }
    });

    it('every button has a name, and every text enough contrast', async () => {
        const restore = await configure({ExperimentalSettings: {DisableAppBar: true}}, {ExperimentalSettings: {DisableAppBar: false}});
        try {
            const header = await Tab.inChannel(alice, channel);
            await header.headerButton.waitFor();
            await header.page.locator('.channel-header__icon').nth(1).hover();
            await header.picture('f5-header');
            assert.deepEqual(await faultsIn(header, '#channel-header button'), []);
            await header.page.close();
        } finally {
            await restore();
        }
        await service.trigger('To be read');
        await tab.cards.filter({hasText: 'To be read'}).waitFor();
        await alice.person.call('POST', '/posts', {channel_id: channel.id, message: 'I have started a meeting', type: 'custom_zoom', props: {meeting_status: 'STARTED', meeting_topic: 'To be read', meeting_id: '81234567890', meeting_link: `${stack.sandbox}/j/81234567890`, meeting_provider: 'Zoom'}});
        await tab.meetings.filter({hasText: 'To be read'}).waitFor();
        await tab.say('/pduty trigger');
        await tab.pick('Service', service.name);
        const name = tab.window.getByLabel('Title');
        await name.fill(' ');
        await name.press('Enter');
        await tab.window.getByText('Enter a title.').waitFor();
        await tab.picture('f5');
        const found = {};
        for (const theme of ['light', 'dark', 'indigo']) {
            await tab.inTheme(theme);
            const faults = await faultsIn(tab, '.zoom-modal');
            if (faults.length) {
                found[theme] = faults;
            }
        }
        // The window's shade covers the posts behind it.
        await tab.page.keyboard.press('Escape');
        await tab.window.waitFor({state: 'detached'});
        for (const theme of ['dark', 'indigo', 'light']) {
            await tab.inTheme(theme);
            const faults = [...await faultsIn(tab, '.zoom-post'), ...await faultsIn(tab, '.zoom-provider-card')];
            if (faults.length) {
                found[`${theme}, posts`] = faults;
            }
        }
        assert.deepEqual(found, {});
    });

    it('a click on the phone numbers shows them, and opens no thread', async () => {
        await alice.person.call('POST', '/posts', {
            channel_id: channel.id,
            message: 'I have started a meeting',
            type: 'custom_zoom',
            props: {meeting_status: 'STARTED', meeting_topic: 'By telephone', meeting_id: '81234567890', meeting_link: `${stack.sandbox}/j/81234567890`, meeting_provider: 'Zoom', meeting_creator_username: 'ceo', meeting_dial_in: [{country: 'US', city: 'New York', number: '+1 646 558 8656'}]},
        });
        const post = tab.meetings.filter({hasText: 'By telephone'});
        await post.getByText('Dial in by phone').click();
        await tab.picture('f8-dial-in', post);
        await post.getByRole('link', {name: '+1 646 558 8656'}).waitFor();
        assert.equal(await tab.rightSidebar.count(), 0);
        assert.match(await post.textContent(), /@alice started/, 'the author is named, whatever the props say');
        assert.doesNotMatch(await post.textContent(), /ceo/);
        assert.notEqual(await post.getByText('Join meeting').evaluate((element) => getComputedStyle(element).textTransform), 'uppercase');
    });

    it('only the sidebar’s own entry looks active while it is open', async () => {
        await tab.providersEntry.click();
        await tab.rightSidebar.waitFor();
        await tab.picture('f8-app-bar');
        const marked = await tab.page.locator('#app-bar-icon-zoom').evaluateAll((entries) => entries.map((entry) => {
            const {content, display} = getComputedStyle(entry, '::before');
            return content !== 'none' && display !== 'none';
        }));
        assert.deepEqual(marked, [false, true]);
    });

    it('the menu entries show the provider and its icon', async () => {
        await tab.say('A message with a menu');
        await tab.openMessageMenu('A message with a menu');
        await tab.picture('f8-menu');
        const entry = tab.messageMenu.getByRole('menuitem', {name: /PagerDuty/}).first();
        assert.ok(await entry.count(), 'the product is named');
        assert.ok(await entry.locator('svg').count(), 'it has an icon');
    });

    it('the times in a card are the reader’s own', async () => {
        const topic = `Snoozed ${Date.now().toString(36)}`;
        await bob.person.call('POST', '/posts', {
            channel_id: channel.id,
            type: 'custom_zoom_card',
            message: 'Since 2026-03-02 09:04 UTC, says @bob',
            props: {
                attachments: [{title: topic, color: '#d00000', text: 'Until 2026-03-02 21:30 UTC', fields: [{title: 'Opened', value: '2026-03-02 UTC', short: true}, {title: 'Assigned to', value: '@alice', short: true}]}],
                times: [
                    {text: '2026-03-02 09:04 UTC', at: Date.UTC(2026, 2, 2, 9, 4), style: 'datetime'},
                    {text: '2026-03-02 21:30 UTC', at: Date.UTC(2026, 2, 2, 21, 30), style: 'time'},
                    {text: '2026-03-02 UTC', at: Date.UTC(2026, 2, 2, 9, 4), style: 'date'},
                ],
            },
        });
        const card = tab.cards.filter({hasText: topic});
        await card.getByText('Since Mar 2, 2026, 10:04 AM').waitFor();
        await card.getByText('Until 10:30 PM').waitFor();
        await card.getByText('Mar 2, 2026', {exact: true}).waitFor();
        await tab.page.setViewportSize({width: 480, height: 800});
        await tab.picture('f9-times-narrow', card);
        await tab.say('/pduty configure');
        await tab.window.getByRole('tab', {name: 'Incidents'}).click();
        await tab.picture('f9-page-narrow');
        await tab.page.keyboard.press('Escape');
        await tab.window.waitFor({state: 'detached'});
        await alice.person.prefer(['display_settings', 'use_military_time', 'true']);
        await card.getByText('Until 22:30').waitFor();
        await alice.person.prefer(['display_settings', 'use_military_time', 'false']);
    });

    it('a time range keeps its order in a right-to-left language', async () => {
        const end = Date.now();
        await alice.person.call('POST', '/posts', {
            channel_id: channel.id,
            message: 'I have started a meeting',
            type: 'custom_zoom',
            props: {meeting_status: 'ENDED', meeting_topic: 'Over', meeting_id: '81234567891', meeting_provider: 'Zoom', meeting_start_time: end - 3600000, meeting_end_time: end, meeting_duration: 3600},
        });
        const post = tab.meetings.filter({hasText: 'Over'}).last();
        await post.waitFor();
        await tab.page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
        await tab.picture('f8-rtl', post);
        assert.equal(await post.locator('.zoom-facts bdi').count() >= 2, true, 'each end is isolated');
    });
});
