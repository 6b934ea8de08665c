// The cards of Jenkins and Bitbucket, as users see and use them in a channel.
import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';

import {connect, launch, openBrowser, Tab} from './page.mjs';
import {jenkins, newChannel, newRepository, sandbox, stack, enable} from './stack.mjs';

let browser;
let alice;
let bob;

before(async () => {
    browser = await launch();
    const admin = await openBrowser(browser, 'admin');
    alice = await openBrowser(browser, 'alice');
    bob = await openBrowser(browser, 'bob');
    await enable(admin, {enablejenkins: 'jenkins', enablebitbucket: 'bitbucket'});
});
after(() => browser?.close());

describe('The cards of Jenkins', () => {
    let channel;
    let tab;
    let hook;
    let failed;
    let first; // the number of the failed build
    let second; // the number of the build that fixes it

    before(async () => {
        channel = await newChannel('Web shop', alice.person, bob.person);
        await connect(alice, channel, stack.users.alice.email);
        tab = await Tab.inChannel(alice, channel);
    });

    it('begin with a direct message that says what to enter in Jenkins', async () => {
        await tab.say('/jenkins connect');
        await tab.posts.filter({hasText: 'is ready. The address and the token to enter in'}).waitFor();
        const direct = await Tab.open(alice, `/${stack.team}/messages/@zoom`);
        const message = direct.posts.filter({hasText: 'Webhook URL'}).last();
        await message.waitFor();
        const blocks = await message.locator('pre').allTextContents();
        hook = {url: blocks[0].trim(), token: blocks[1].trim()};
        assert.match(hook.url, /\/plugins\/zoom\/hooks\/\w+\.\w+$/);
        await direct.picture('connect-message', message);
        await direct.page.close();
        await jenkins('jobs', {name: 'web', zoom: [{...hook, events: everything}], notification: [{url: `${hook.url}/${hook.token}`}]});
        assert.deepEqual(await jenkins('test-connection', {job: 'web'}), {answer: 'Connect ok'});
    });

    it('update in place from the start of a build to its end, with the history in the thread', async () => {
        ({number: first} = await jenkins('start', {
            job: 'web', cause: 'Started by user Ada', branch: 'origin/main', commit: '3c5a9d1e7b22f00d3c5a9d1e7b22f00d3c5a9d1e',
            changes: [{id: '3c5a9d1e7b22f00d3c5a9d1e7b22f00d3c5a9d1e', author: 'Ada', message: 'Count the discount once'}],
        }));
        const running = tab.cards.filter({hasText: `Running · web #${first}`});
        await running.waitFor();
        const id = await running.getAttribute('id');

        await jenkins('finish', {job: 'web', number: first, result: 'FAILURE', seconds: 83, tests: {total: 120, failed: ['CartTest.total', 'CartTest.discount'], skipped: 1}});
        failed = tab.page.locator(`[id="${id}"]`);
        await failed.filter({hasText: `Failed · web #${first}`}).filter({hasText: '2 failed'}).waitFor();
        assert.equal(await tab.cards.count(), 1, 'it is the same post');

        await tab.openThread(`web #${first}`);
        await tab.rightSidebar.getByText('CartTest.discount').waitFor();
        await tab.rightSidebar.getByText('Count the discount once').waitFor();
        await tab.picture('build-failed', failed);
    });

    it('start a Zoom meeting in their thread', async () => {
        await failed.getByRole('button', {name: 'Start Zoom meeting'}).click();
        const meeting = tab.rightSidebar.locator('.zoom-post');
        await meeting.waitFor();
        assert.match(await meeting.textContent(), new RegExp(`web #${first}`));
    });

    it('say when a build is back to normal', async () => {
        ({number: second} = await jenkins('start', {job: 'web', cause: 'Started by an SCM change', branch: 'origin/main', commit: '9b1f00d3c5a9d1e7b22f00d3c5a9d1e7b22f00d3'}));
        await tab.cards.filter({hasText: `Running · web #${second}`}).waitFor();
        await jenkins('finish', {job: 'web', number: second, result: 'SUCCESS', seconds: 79, tests: {total: 120, failed: []}});
        const fixed = tab.cards.filter({hasText: `Back to normal · web #${second}`});
        await fixed.waitFor();
        assert.match(await fixed.textContent(), /After 1 failure/);
        assert.equal(await tab.cards.count(), 2);
        await tab.openThread(`web #${second}`);
        await tab.rightSidebar.getByText('all 120 passed').first().waitFor();
        await tab.picture('back-to-normal', fixed);
        await tab.closeSidebar.click();
    });

    it('are configured on a page, with the events as checkboxes of one field', async () => {
        await tab.say('/jenkins configure');
        const page = tab.window;
        await page.getByRole('tab', {name: 'Notifications'}).click();
        await page.getByRole('button', {name: /^Change/}).click();
        await page.getByRole('group', {name: /^Events/}).getByRole('checkbox', {name: 'Start'}).uncheck();
        await tab.picture('jenkins-configure');
        await page.getByLabel('Jobs').fill('web [');
        await page.getByRole('button', {name: 'Save'}).click();
        await page.getByText("isn't a valid pattern").waitFor();
        await page.getByLabel('Jobs').fill('web, !*/nightly');
        await page.getByRole('button', {name: 'Save'}).click();
        await page.getByText('Saved. This channel now gets').waitFor();
        await page.getByText('web, !*/nightly').waitFor();
        await page.getByRole('button', {name: 'Back to Jenkins'}).click();
        await page.getByRole('tabpanel', {name: 'Notifications'}).getByText('web, !*/nightly').waitFor();
        await tab.page.keyboard.press('Escape');
        await page.waitFor({state: 'detached'});
    });

    it('are explained by /jenkins status', async () => {
        await tab.say('/jenkins status');
        const note = tab.posts.filter({hasText: `Shown – web #${second} (Back to normal`});
        await note.waitFor();
        await tab.picture('status-note', note);
    });

    it('end only after a confirmation', async () => {
        await tab.say('/jenkins disconnect');
        const question = tab.posts.filter({hasText: 'Do you want to end this connection?'});
        await question.waitFor();
        await tab.picture('disconnect-question', question);
        await question.getByRole('button', {name: 'Disconnect'}).click();
        await tab.posts.filter({hasText: 'its webhook address no longer works'}).waitFor();
        assert.deepEqual(tab.problems, []);
    });
});

describe('The cards of Bitbucket', () => {
    let channel;
    let hers;
    let his;
    let repo;

    before(async () => {
        channel = await newChannel('Code', alice.person, bob.person);
        hers = await Tab.inChannel(alice, channel);
        his = await Tab.inChannel(bob, channel);
        repo = await newRepository('alice', 'bob');
    });

    it('begin with a sign-in to Bitbucket, once an admin has set it up', async () => {
        await setUp(await openBrowser(browser, 'admin'), channel, repo);
        await hers.say(`/bitbucket connect ${repo.url}`);
        await hers.signIn('bitbucket');
        await hers.posts.filter({hasText: 'connected this channel to Bitbucket'}).waitFor();
    });

    it('show a push with its builds', async () => {
        await repo.does('push', {by: 'alice', branch: 'main', commits: ['Move the cart to its own page', 'Add a discount field']});
        for (const key of ['build', 'lint', 'unit-tests']) {
            await repo.does('status', {branch: 'main', refname: 'main', key, state: key === 'lint' ? 'FAILED' : 'SUCCESSFUL'});
        }
        const card = hers.cards.filter({hasText: 'Failed · Add a discount field'}).filter({hasText: '2 of 3 passed, lint failed'});
        await card.waitFor();
        await hers.picture('commit-failed', card);
        await repo.does('status', {branch: 'main', refname: 'main', key: 'lint', state: 'SUCCESSFUL'});
        await hers.cards.filter({hasText: 'Passed · Add a discount field'}).filter({hasText: 'Fixed after 1 failure'}).waitFor();
        assert.equal(await hers.cards.count(), 1);
    });

    it('let users review and merge as themselves', async () => {
        await repo.does('push', {by: 'alice', branch: 'feature/discount', commits: ['Count the discount once']});
        const {id} = await repo.does('pullrequests', {by: 'alice', title: 'Count the discount once', source: 'feature/discount', reviewers: ['bob']});
        await repo.does(`pullrequests/${id}/comments`, {by: 'bob', text: 'Does this also hold for *vouchers*?'});
        const pull = his.cards.filter({hasText: '#1 Count the discount once'});
        await pull.filter({hasText: 'Bob (pending)'}).waitFor();

        await pull.getByRole('button', {name: 'Approve'}).click();
        await his.signIn('bitbucket');
        await pull.filter({hasText: 'Approved ·'}).filter({hasText: 'Bob approved'}).waitFor();
        await his.openThread('#1 Count the discount once');
        await his.picture('pull-approved', pull);

        const mine = hers.cards.filter({hasText: '#1 Count the discount once'});
        await mine.getByRole('button', {name: 'Merge'}).click();
        await hers.dialog.waitFor();
        await hers.field('strategy').getByRole('combobox').selectOption('squash');
        await hers.picture('merge-dialog');
        await hers.submit.click();
        await hers.dialog.waitFor({state: 'detached'});
        await mine.filter({hasText: 'Merged ·'}).filter({hasText: 'Merged by Alice'}).waitFor();
        assert.equal(await mine.count(), 1);
        await hers.openThread('#1 Count the discount once');
        await hers.rightSidebar.getByText('Alice merged it into').waitFor();
        await hers.picture('pull-merged', mine);
        assert.equal((await sandbox('GET', `/bitbucket/repos/${repo.name}/pullrequests/${id}`)).state, 'MERGED');
        assert.deepEqual([...hers.problems, ...his.problems], []);
    });
});

const everything = Object.fromEntries(['start', 'success', 'unstable', 'failure', 'not_built', 'aborted', 'back_to_normal', 'repeated_failure', 'commit_info', 'test_summary', 'failed_tests'].map((box) => [box, true]));

// Sets up sign-in for Bitbucket the way admins do.
async function setUp(admin, channel, repo) {
    await admin.person.call('POST', `/channels/${channel.id}/members`, {user_id: admin.person.id});
    const tab = await Tab.inChannel(admin, channel);
    await tab.setUp('bitbucket', 'cloud', {url: repo.site, api: repo.site, client_id: repo.app.client_id, client_secret: repo.app.client_secret});
    await tab.page.close();
}
