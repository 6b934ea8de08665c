// The cards of Sentry and PagerDuty, as users see and use them in a channel.
import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';

import {launch, openBrowser, poll, setUpProvider, Tab} from './page.mjs';
import {newApp, newChannel, newOrganization, newService, enable} from './stack.mjs';

let browser;
let admin;
let alice;
let bob;

before(async () => {
    browser = await launch();
    [admin, alice, bob] = [await openBrowser(browser, 'admin'), await openBrowser(browser, 'alice'), await openBrowser(browser, 'bob')];
    await enable(admin, {enablesentry: 'sentry', enablepagerduty: 'pduty'});
});
after(() => browser?.close());

describe('The cards of Sentry', () => {
    let channel;
    let tab;
    let org;
    let issue;
    let first; // the card

    before(async () => {
        channel = await newChannel('Web errors', alice.person, bob.person);
        org = await newOrganization('alice');
        tab = await Tab.inChannel(alice, channel);
    });

    it('begin with a sign-in link from the bot, and an integration’s token', async () => {
        await setUpProvider(admin, channel, {word: 'sentry', kind: 'selfhosted', app: await newApp('sentry'), people: [alice, bob]});
        await tab.say(`/sentry connect ${org.slug} web`);
        await tab.posts.filter({hasText: 'A link to sign in to'}).waitFor();
        const conversation = await Tab.withBot(alice);
        await conversation.picture('sentry-sign-in');
        await conversation.signIn('sentry');
        await conversation.page.close();

        const offer = tab.posts.filter({hasText: "isn't connected to this server yet"});
        await offer.getByRole('button', {name: 'Enter token and secret'}).click();
        await tab.dialog.waitFor();
        await tab.picture('sentry-token-dialog');
        await tab.field('token').locator('input').fill(org.integration.token);
        await tab.field('secret').locator('input').fill(org.integration.client_secret);
        await tab.submit.click();
        await tab.posts.filter({hasText: 'connected this channel to Sentry'}).waitFor();
    });

    it('show an error, and let users resolve it as themselves', async () => {
        ({id: issue} = await org.error('ValueError', 'discount twice'));
        const card = tab.cards.filter({hasText: 'ValueError'});
        await card.getByRole('button', {name: 'Resolve', exact: true}).waitFor();
        first = await card.getAttribute('id');
        assert.match(await card.textContent(), /First seen[A-Z][a-z]+ \d+, \d{4}, \d+:\d\d.[AP]M/, 'in the reader’s own time zone and clock');
        await tab.picture('sentry-new', card);

        await card.getByRole('button', {name: 'Resolve', exact: true}).click();
        await poll(async () => await org.status(issue) === 'resolved', 'Sentry has it resolved');
        await card.filter({hasText: 'Resolved'}).getByRole('button', {name: 'Unresolve'}).waitFor();
        assert.equal(await card.getAttribute('id'), first);
        assert.equal(await tab.cards.count(), 1);
        await tab.openThread('ValueError');
        await tab.rightSidebar.getByText('resolved').first().waitFor();
        await tab.picture('sentry-resolved', card);
        await tab.closeSidebar.click();
    });

    it('show a regression as a new post that links to the old one', async () => {
        await org.does(issue, 'regress');
        const again = tab.cards.filter({hasText: 'Regressed'});
        await again.waitFor();
        assert.equal(await tab.cards.count(), 2);
        await tab.picture('sentry-regressed', again);
        await again.locator(`a[href*="/_redirect/pl/${first.replace('post_', '')}"]`).click();
        await poll(async () => /post--focused|post--highlight/.test(await tab.page.locator(`[id="${first}"]`).getAttribute('class')), 'the old card is visible');
        assert.deepEqual(tab.problems, []);
    });
});

describe('The cards of PagerDuty', () => {
    let channel;
    let hers;
    let his;
    let service;

    before(async () => {
        channel = await newChannel('Operations', alice.person, bob.person);
        service = await newService('alice', 'bob');
        hers = await Tab.inChannel(alice, channel);
        his = await Tab.inChannel(bob, channel);
    });

    it('begin with a sign-in', async () => {
        await setUpProvider(admin, channel, {word: 'pduty', kind: 'us', app: await newApp('pagerduty'), people: [alice, bob]});
        await hers.say(`/pduty connect ${service.name}`);
        await hers.signIn('pagerduty');
        await his.posts.filter({hasText: 'connected this channel to PagerDuty'}).waitFor();
    });

    it('follow an incident that users acknowledge, add a note to, and resolve as themselves', async () => {
        const {id} = await service.trigger('Disk full on db-1');
        const card = hers.cards.filter({hasText: 'Disk full on db-1'});
        await card.filter({hasText: 'Triggered'}).getByRole('button', {name: 'Acknowledge'}).waitFor();
        const post = await card.getAttribute('id');
        await hers.picture('pagerduty-triggered', card);

        await card.getByRole('button', {name: 'Acknowledge'}).click();
        const confirmed = hers.posts.filter({hasText: 'You acknowledged'});
        await confirmed.getByRole('button', {name: 'Post to chat'}).waitFor();
        await card.filter({hasText: 'Acknowledged'}).waitFor();
        await hers.picture('pagerduty-acknowledged', card);
        await confirmed.getByRole('button', {name: 'Post to chat'}).click();
        await his.posts.filter({hasText: /acknowledged/}).filter({hasText: 'Disk full on db-1'}).first().waitFor();

        await card.getByRole('button', {name: 'Add note'}).click();
        await hers.dialog.waitFor();
        await hers.picture('pagerduty-note-dialog');
        await hers.field('text').locator('textarea').fill('Old backups are being removed');
        await hers.submit.click();
        await hers.posts.filter({hasText: 'Your note was added'}).waitFor();
        assert.deepEqual((await service.incident(id)).notes.map(({text}) => text), ['Old backups are being removed']);

        await card.getByRole('button', {name: 'Resolve'}).click();
        await card.filter({hasText: 'Resolved'}).waitFor();
        assert.equal(await card.getAttribute('id'), post);
        await hers.openThread('Resolved · #');
        await hers.rightSidebar.getByText('resolved it').waitFor();
        await hers.rightSidebar.getByText('Old backups are being removed').waitFor();
        await hers.picture('pagerduty-resolved', card);
        await hers.closeSidebar.click();
        assert.equal((await service.incident(id)).status, 'resolved');
    });

    it('are found, previewed, and sent to a channel without subscriptions', async () => {
        const elsewhere = await newChannel('Support', alice.person, bob.person);
        await service.trigger(`Payments time out in ${service.name}`);
        const tab = await Tab.inChannel(alice, elsewhere);
        await tab.say('/pduty search');
        await tab.pick('Which one?', `time out in ${service.name}`);
        await tab.picture('pagerduty-search');
        await tab.window.getByRole('button', {name: 'Preview'}).click();
        await tab.window.getByText('Do you want to send it to this channel?').waitFor();
        await tab.picture('pagerduty-preview');

        const others = await Tab.inChannel(bob, elsewhere);
        assert.equal(await others.cards.count(), 0, 'only she sees the preview');
        await tab.window.getByRole('button', {name: 'Send'}).click();
        await others.cards.filter({hasText: 'Payments time out'}).getByRole('button', {name: 'Acknowledge'}).waitFor();
        await tab.page.keyboard.press('Escape');
        await tab.window.waitFor({state: 'detached'});
        await tab.picture('pagerduty-sent');
        await others.page.close();
        await tab.page.close();
    });

    it('begin from a message, which can also be added to an incident', async () => {
        const text = 'The shop answers with 502 since noon';
        const title = `Shop is down, says ${service.name}`;
        await hers.say(text);
        await hers.openMessageMenu(text);
        await hers.picture('message-menu');
        await hers.messageMenu.getByRole('menuitem', {name: 'Trigger PagerDuty incident'}).click();
        const form = hers.window;
        await form.waitFor();
        assert.equal(await form.getByLabel('Description').inputValue(), text);
        await hers.pick('Service', service.name);
        await form.getByRole('button', {name: 'Trigger', exact: true}).click();
        await form.locator('.zoom-field__error').waitFor();
        await hers.picture('trigger-window');
        await form.getByLabel('Title').fill(title);
        await form.getByLabel('Title').press('Enter');
        await form.getByText(title).waitFor();
        await hers.picture('pagerduty-triggered-alone');
        await form.getByRole('button', {name: 'Acknowledge'}).click();
        await form.getByText('You acknowledged').waitFor();
        await form.getByRole('button', {name: 'Close'}).last().click();

        await hers.openMessageMenu(text);
        await hers.messageMenu.getByRole('menuitem', {name: 'Share to PagerDuty incident'}).press('Enter');
        await hers.pick('Which one?', title);
        assert.equal(await form.getByLabel('Note').inputValue(), text);
        await hers.picture('share-window');
        await form.getByRole('button', {name: 'Add note'}).click();
        await form.getByText('Your note was added').waitFor();
        await hers.page.keyboard.press('Escape');
        await form.waitFor({state: 'detached'});
        const made = (await service.incidents()).find((one) => one.title === title);
        assert.deepEqual(made.notes.map((note) => note.text), [text]);
    });

    it('are available in the composer with the keyboard alone, in the channel and in threads', async () => {
        const provider = hers.composerProvider('PagerDuty');
        await hers.page.locator('#post_textbox').focus();
        await poll(async () => {
            await hers.page.keyboard.press('Tab');
            return provider.evaluate((button) => button === document.activeElement);
        }, 'the keyboard reaches the icon');
        await hers.page.keyboard.press('Enter');
        await hers.providerMenu('PagerDuty').waitFor();
        await hers.picture('composer-menu');
        await hers.page.keyboard.press('Escape');
        await hers.providerMenu('PagerDuty').waitFor({state: 'detached'});
        assert.ok(await provider.evaluate((button) => button === document.activeElement), 'the icon has the focus again');

        await hers.page.keyboard.press('Enter');
        await hers.page.keyboard.press('ArrowDown');
        await hers.page.keyboard.press('Enter');
        await hers.window.getByRole('combobox', {name: 'Which one?'}).waitFor();
        await hers.page.keyboard.press('Escape');
        await hers.window.waitFor({state: 'detached'});
        assert.ok(await provider.evaluate((button) => button === document.activeElement), 'the icon has the focus once more');

        await hers.openThread('The shop answers with 502');
        await hers.threadProvider('PagerDuty').click();
        const [menu, sidebar] = [await hers.providerMenu('PagerDuty').boundingBox(), await hers.rightSidebar.boundingBox()];
        assert.ok(menu.x >= sidebar.x && menu.x + menu.width <= sidebar.x + sidebar.width, 'the menu stays within the sidebar');
        await hers.picture('composer-menu-thread');
        await hers.providerMenu('PagerDuty').getByRole('menuitem', {name: 'Trigger incident'}).click();
        await hers.window.waitFor();
        await hers.page.keyboard.press('Escape');
        await hers.window.waitFor({state: 'detached'});
        assert.deepEqual([...hers.problems, ...his.problems], []);
    });

    it('are configured on one page, with tabs for the service, the incidents, and on-call rules', async () => {
        await hers.say('/pduty configure');
        const page = hers.window;
        await page.getByRole('tabpanel', {name: 'Service'}).getByRole('heading').first().waitFor();
        await hers.picture('pagerduty-page-service');
        await page.getByRole('tab', {name: 'Service'}).press('ArrowRight');
        await page.getByRole('tabpanel', {name: 'Incidents'}).getByText('Triggered').first().waitFor();
        await hers.picture('pagerduty-page-incidents');

        await page.getByRole('button', {name: /^Change/}).first().click();
        await page.getByLabel('Rule name').fill('Urgent only');
        await hers.picture('pagerduty-rule-window');
        await page.getByRole('button', {name: 'Save'}).click();
        await page.getByText('Saved.').waitFor();
        await page.getByRole('button', {name: 'Back to PagerDuty'}).click();
        await page.getByRole('heading', {name: /Urgent only/}).waitFor();

        await page.getByRole('tab', {name: 'On call'}).click();
        await page.getByRole('button', {name: 'Add rule'}).click();
        await page.getByLabel('Rule name').fill('Who to wake');
        await hers.pick('Schedule', 'Shop schedule');
        await page.getByLabel('Time of day').fill('9 o');
        await page.getByRole('button', {name: 'Save'}).click();
        await page.locator('.zoom-field__error').waitFor();
        await hers.picture('pagerduty-oncall-window');
        await page.getByLabel('Time of day').fill('09:00');
        await page.getByRole('button', {name: 'Save'}).click();
        await page.getByRole('heading', {name: 'Who to wake'}).waitFor();
        await hers.picture('pagerduty-page-oncall');
        await page.getByRole('button', {name: 'Remove: Who to wake'}).click();
        await page.getByRole('button', {name: /^Remove/}).click();
        await page.getByRole('button', {name: 'Back to PagerDuty'}).click();
        await page.getByRole('heading', {name: 'Who to wake'}).waitFor({state: 'detached'});
        await hers.page.keyboard.press('Escape');
        await hers.window.waitFor({state: 'detached'});
    });

    it('appear in a sidebar while they are open', async () => {
        const {id} = await service.trigger('Queue is stuck');
        await hers.cards.filter({hasText: 'Queue is stuck'}).waitFor();
        await hers.closeSidebar.click();
        await hers.providersEntry.click();
        const provider = hers.rightSidebar.getByRole('region', {name: 'PagerDuty'});
        await provider.getByText(service.name).first().waitFor();
        const open = provider.getByRole('button', {name: /Queue is stuck/});
        await open.waitFor();
        await hers.page.mouse.move(640, 24); // the tooltip of the entry would cover the sidebar
        await hers.picture('provider-sidebar');
        await open.click();
        await poll(async () => /post--focused|post--highlight/.test(await hers.cards.filter({hasText: 'Queue is stuck'}).getAttribute('class')), 'the card is visible');
        await hers.cards.filter({hasText: 'Queue is stuck'}).getByRole('button', {name: 'Resolve'}).click();
        await poll(async () => (await service.incident(id)).status === 'resolved', 'PagerDuty has it resolved');
        await open.waitFor({state: 'detached'});
        assert.deepEqual(hers.problems, []);
    });
});
