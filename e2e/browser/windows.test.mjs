// The windows of PagerDuty, with the keyboard alone where possible.
import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';

import {launch, openBrowser, poll, setUpProvider, Tab} from './page.mjs';
import {newApp, newChannel, newService, enable} from './stack.mjs';

describe('The windows of PagerDuty', () => {
    let browser;
    let channel;
    let hers;
    let his;
    let service;
    let trigger; // the window's field for the service, once it is open
    const title = 'Checkout answers with 500';
    const keys = async (...all) => {
        for (const key of all) {
            await hers.page.keyboard.press(key);
        }
    };
    const focused = (locator) => locator.evaluate((element) => element === document.activeElement);

    // Presses Tab until the element has the focus.
    const tabTo = (locator, what) => poll(async () => {
        await keys('Tab');
        return focused(locator);
    }, `the keyboard reaches ${what}`);

    before(async () => {
        browser = await launch();
        const [admin, alice, bob] = [await openBrowser(browser, 'admin'), await openBrowser(browser, 'alice'), await openBrowser(browser, 'bob')];
        await enable(admin, {enablepagerduty: 'pduty'});
        channel = await newChannel('Pagers', alice.person, bob.person);
        service = await newService('alice', 'bob');
        await newService('alice', 'bob'); // so that there are several options
        await setUpProvider(admin, channel, {word: 'pduty', kind: 'us', app: await newApp('pagerduty'), people: [alice, bob]});
        hers = await Tab.inChannel(alice, channel);
        his = await Tab.inChannel(bob, channel);
        trigger = hers.window.getByRole('combobox', {name: 'Service'});
    });
    after(() => browser?.close());

    it('connect a channel after a sign-in', async () => {
        await hers.say('/pduty configure');
        const page = hers.window;
        await page.getByRole('button', {name: 'Connect this channel'}).click();
        await hers.signIn('pagerduty');
        await his.posts.filter({hasText: 'connected this channel to PagerDuty'}).waitFor();
        await page.getByRole('button', {name: 'Back to PagerDuty'}).click();
        await page.getByRole('tabpanel', {name: 'Service'}).getByText('Connected by @alice').waitFor();
        assert.ok(await page.evaluate((box) => box.contains(document.activeElement)), 'the window keeps the focus');
        await keys('Escape');
        await page.waitFor({state: 'detached'});
    });

    it('trigger an incident with the keyboard alone, including a search for the service', async () => {
        const icon = hers.composerProvider('PagerDuty');
        await hers.page.locator('#post_textbox').focus();
        await tabTo(icon, 'the icon');
        await keys('Enter', 'Enter');
        await poll(() => trigger.count().then((count) => count > 0 && focused(trigger)), 'the first field has the focus');

        const asked = hers.page.waitForResponse(/\/window\/options$/);
        await hers.page.keyboard.type(service.name.slice(-8).toLowerCase());
        assert.deepEqual((await (await asked).json()).options.map(({label}) => label), [service.name]);
        const found = hers.window.getByRole('listbox').getByRole('option');
        await found.getByText(service.name).waitFor();
        await poll(async () => await found.count() === 1, 'the others are gone');
        await hers.picture('pagerduty-picker');
        await keys('Enter');
        await poll(async () => await trigger.inputValue() === service.name, 'the service is chosen');

        const name = hers.window.getByLabel('Title');
        await tabTo(name, 'the title');
        await hers.page.keyboard.type(title);
        await hers.picture('pagerduty-trigger');
        await keys('Control+a');
        await hers.page.keyboard.type('  ');
        await keys('Enter');
        await hers.window.getByText('Enter a title.').waitFor();
        assert.equal(await name.getAttribute('aria-invalid'), 'true');
        await poll(() => focused(name), 'the field that is wrong has the focus');
        await hers.picture('pagerduty-trigger-blank');
        await keys('Control+a');
        await hers.page.keyboard.type(title);
        await keys('Enter');
        await hers.window.getByText('Done:').waitFor();
        assert.ok(await hers.window.evaluate((box) => box.contains(document.activeElement)), 'the window keeps the focus');

        await tabTo(hers.window.getByRole('button', {name: 'Acknowledge'}), 'the button');
        await keys('Enter');
        await hers.window.getByText('You acknowledged').waitFor();
        await hers.picture('pagerduty-acknowledged-in-window');
        assert.equal((await service.incidents()).find((one) => one.title === title).status, 'acknowledged');
        await his.cards.filter({hasText: title}).filter({hasText: 'Acknowledged'}).waitFor();
        await keys('Escape');
        await hers.window.waitFor({state: 'detached'});
        assert.ok(await focused(icon), 'the icon has the focus again');
    });

    it('add a message to an incident as a note', async () => {
        const text = 'It began with the deploy of noon';
        await his.say(text);
        await hers.openMessageMenu(text);
        await hers.messageMenu.getByRole('menuitem', {name: 'Share to PagerDuty incident'}).click();
        const which = hers.window.getByRole('combobox', {name: 'Which one?'});
        await which.waitFor();
        await which.fill(title.slice(0, 12));
        await hers.window.getByText('Searching…').waitFor({state: 'detached'});
        await hers.window.getByRole('option').filter({hasText: title}).waitFor();
        await hers.picture('pagerduty-share');
        await keys('Enter');
        assert.equal(await hers.window.getByLabel('Note').inputValue(), text);
        await hers.window.getByRole('button', {name: 'Add note'}).click();
        await hers.window.getByText('Your note was added').waitFor();
        await hers.window.getByRole('button', {name: 'Post to chat'}).waitFor();
        await keys('Escape');
        await hers.window.waitFor({state: 'detached'});

        await hers.openThread(title);
        await hers.rightSidebar.getByText(text).waitFor();
        assert.deepEqual([...hers.problems, ...his.problems], []);
    });
});
