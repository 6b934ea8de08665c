// Mattermost versions ship different versions of React. The bundle must work with each.
import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';

import {connect, launch, openBrowser, Tab} from './page.mjs';
import {newChannel, stack} from './stack.mjs';

describe('On each version of React', {skip: stack.realClient && 'Mattermost’s client has only its own version'}, () => {
    let browser;
    let alice;

    before(async () => {
        browser = await launch();
        alice = await openBrowser(browser, 'alice');
        await connect(alice, await newChannel('Connecting again', alice.person), stack.users.alice.email);
    });
    after(() => browser?.close());

    for (const version of [17, 18, 19]) {
        it(`a meeting can be started on React ${version}`, async () => {
            const channel = await newChannel(`React ${version}`, alice.person);
            const tab = await Tab.inChannel(alice, channel, `?react=${version}`);
            assert.ok((await tab.page.evaluate(() => window.React.version)).startsWith(`${version}.`));
            await tab.appBarEntry.waitFor();

            await tab.appBarEntry.click();

            await tab.lastMeeting.getByRole('link', {name: /^Join meeting/}).waitFor();
            await tab.join();
            assert.deepEqual(tab.problems, []);
        });
    }
});
