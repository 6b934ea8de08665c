// An admin who sets up the plugin.
import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';
import {fileURLToPath} from 'node:url';

import {launch, openBrowser, poll, Tab} from './page.mjs';
import {stack} from './stack.mjs';

const picture = (theme) => fileURLToPath(new URL(`../artifacts/screenshots/system-console-${theme}.png`, import.meta.url));

describe('The System Console page', () => {
    let browser;
    let admin;
    let tab;

    before(async () => {
        browser = await launch();
        admin = await openBrowser(browser, 'admin');
        tab = await Tab.open(admin, '/admin_console/plugins/plugin_zoom');
        await tab.page.getByText('Self-check').first().waitFor();
    });
    after(() => browser?.close());

    it('shows the URLs to enter in Zoom and the results of the self-check', async () => {
        assert.equal(await tab.page.getByRole('textbox', {name: 'Redirect URL for OAuth'}).inputValue(), `${stack.url}/plugins/zoom/oauth2/complete`);
        assert.match(await tab.page.getByRole('textbox', {name: 'Event notification endpoint URL'}).inputValue(), new RegExp(`^${stack.url}/plugins/zoom/webhook`));
        await tab.page.locator('.zoom-checks__point').first().waitFor();
        await tab.page.setViewportSize({width: 1280, height: 1100});
        await tab.page.screenshot({path: picture('light')});
    });

    it('is readable in a dark theme too', {skip: stack.realClient && 'Mattermost’s console is always light'}, async () => {
        const themed = await Tab.open(admin, '/admin_console/plugins/plugin_zoom', '?console=themed');
        await themed.page.setViewportSize({width: 1280, height: 1100});
        await themed.inTheme('dark');
        await themed.page.locator('.zoom-checks__point').first().waitFor();
        await themed.page.screenshot({path: picture('dark')});
        await themed.inTheme('light');
        await themed.page.close();
    });

    it('copies a URL', async () => {
        await tab.page.getByRole('button', {name: 'Copy: Redirect URL for OAuth'}).click();
        await tab.page.getByText('Copied').first().waitFor();
    });

    it('saves a setting and checks again', async () => {
        const {person} = admin;
        const restricted = async () => (await person.call('GET', '/config')).PluginSettings.Plugins.zoom.restrictmeetingcreation;
        const earlier = await restricted();
        await tab.page.locator('[id="PluginSettings.Plugins.zoom.restrictmeetingcreationtrue"]').check();
        await tab.saveSettings.click();
        await poll(async () => await restricted() === true, 'the setting is saved');

        await tab.page.getByRole('button', {name: 'Check again'}).click();
        await poll(async () => await tab.page.getByRole('button', {name: 'Check again'}).getAttribute('aria-busy') === 'false', 'the self-check is finished');
        await person.call('PUT', '/config/patch', {PluginSettings: {Plugins: {zoom: {...(await person.call('GET', '/config')).PluginSettings.Plugins.zoom, restrictmeetingcreation: earlier ?? false}}}});
        assert.deepEqual(tab.problems, []);
    });
});
