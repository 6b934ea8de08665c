// An admin who sets the plugin up.
import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';

import {launch, openBrowser, poll, Tab} from './page.mjs';
import {Person, stack} from './stack.mjs';

describe('The System Console page', () => {
    let browser;
    let tab;

    before(async () => {
        browser = await launch();
        tab = await Tab.open(await openBrowser(browser, 'admin'), '/admin_console/plugins/plugin_zoom');
        await tab.page.getByText('Self-check').first().waitFor();
    });
    after(() => browser?.close());

    it('shows the addresses to enter at Zoom and what the self-check found', async () => {
        assert.equal(await tab.page.getByRole('textbox', {name: 'Redirect URL for OAuth'}).inputValue(), `${stack.url}/plugins/zoom/oauth2/complete`);
        assert.match(await tab.page.getByRole('textbox', {name: 'Event notification endpoint URL'}).inputValue(), new RegExp(`^${stack.url}/plugins/zoom/webhook`));
        await tab.page.locator('.zoom-checks__point').first().waitFor();
        await tab.page.screenshot({path: new URL('../artifacts/screenshots/system-console-light.png', import.meta.url).pathname, fullPage: true});
    });

    it('copies an address', async () => {
        await tab.page.getByRole('button', {name: 'Copy: Redirect URL for OAuth'}).click();
        await tab.page.getByText('Copied').first().waitFor();
    });

    it('saves a setting and checks again', async () => {
        const admin = await Person.logIn('admin');
        const restricted = async () => (await admin.call('GET', '/config')).PluginSettings.Plugins.zoom.restrictmeetingcreation;
        const earlier = await restricted();
        await tab.page.locator('[id="PluginSettings.Plugins.zoom.restrictmeetingcreationtrue"]').check();
        await tab.saveSettings.click();
        await poll(async () => await restricted() === true, 'the setting is saved');

        await tab.page.getByRole('button', {name: 'Check again'}).click();
        await poll(async () => await tab.page.getByRole('button', {name: 'Check again'}).getAttribute('aria-busy') === 'false', 'the check is done');
        await admin.call('PUT', '/config/patch', {PluginSettings: {Plugins: {zoom: {...(await admin.call('GET', '/config')).PluginSettings.Plugins.zoom, restrictmeetingcreation: earlier ?? false}}}});
        assert.deepEqual(tab.problems, []);
    });
});
