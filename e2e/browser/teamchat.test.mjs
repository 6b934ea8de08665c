// The sandbox's client of Zoom Team Chat, with a bot of the specs: what users see and do there, with @zoom/appssdk in the bot's
// pages as an independent peer.
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {after, before, describe, it} from 'node:test';

import {launch, poll} from './page.mjs';
import {Bot, zoom, ZoomClient} from './teamchat.mjs';

const {resolve} = createRequire(import.meta.url);
const axe = readFileSync(resolve('axe-core/axe.min.js'), 'utf8');
const sdk = readFileSync(resolve('@zoom/appssdk').replace(/[^/]+$/, 'sdk.es.js'));

const INCIDENT = {head: {text: 'Incident 7'}, body: [{type: 'actions', items: [{text: 'Acknowledge', value: 'ack', style: 'Primary'}]}]};

// The bot's page: shows what the SDK tells it, and composes a card.
const PAGE = `<!doctype html><title>Incidents</title><p id="text"></p><button id="share">Share incident</button><script type="module" src="/page.js"></script>`;
const SCRIPT = `
import zoomSdk from '/sdk.js';
const {runningContext} = await zoomSdk.config({capabilities: ['getChatContext', 'composeCard'], version: '0.16.26'});
document.getElementById('text').textContent = runningContext + ': ' + (await zoomSdk.getChatContext()).content;
document.getElementById('share').addEventListener('click', async () => {
    const card = await (await fetch('/card', {method: 'POST'})).json();
    await zoomSdk.composeCard(card);
});`;

/** Answers what the bot's pages ask for. */
function page(request, body, bot) {
    const {pathname} = new URL(request.url, 'http://bot');
    const pages = {
        '/home': () => ({type: 'text/html', body: request.headers['x-zoom-app-context'] ? PAGE : 'no context'}),
        '/sdk.js': () => ({type: 'text/javascript', body: sdk}),
        '/page.js': () => ({type: 'text/javascript', body: SCRIPT}),
        '/card': () => {
            const [message, timestamp] = [JSON.stringify({content: INCIDENT}), String(Date.now())];
            const signature = createHmac('sha256', bot.app.client_secret).update(`v0:${timestamp}:${message}`).digest('hex');
            return {type: 'application/json', body: JSON.stringify({type: 'interactiveCard', message, timestamp, signature, previewCard: JSON.stringify({title: 'Incident 7', description: 'The disk is full'})})};
        },
    };
    return pages[pathname]?.();
}

describe('In the client of Zoom Team Chat', () => {
    let browser;
    let bot;
    let channel;
    let priya;
    let sam;

    before(async () => {
        const unique = Date.now().toString(36);
        const [priyas, sams] = [`priya.${unique}@example.com`, `sam.${unique}@example.com`];
        await zoom('POST', '/users', {email: priyas, first_name: 'Priya', last_name: 'Shah', account_id: `account-${unique}`});
        await zoom('POST', '/users', {email: sams, first_name: 'Sam', last_name: 'Okoro', account_id: `account-${unique}`});
        channel = await zoom('POST', '/chat/channels', {name: `ops-${unique}`, members: [priyas, sams]});
        bot = await Bot.register('Incidents', {
            command: `inc${unique}`, command_hints: [{usage_hint: 'trigger', description: 'Triggers an incident'}, {usage_hint: 'search', description: 'Shares an incident'}],
            shortcuts: [{action_label: 'Trigger incident', action_id: 'trigger', action_types: ['COMPOSE_BOX', 'MESSAGE_ACTION'], dialog_config: {title: 'Trigger', size: 'M'}}],
        }, page);
        bot.app.account_id = `account-${unique}`;
        await zoom('POST', '/install', {email: priyas, client_id: bot.app.client_id});
        browser = await launch();
        [priya, sam] = [await ZoomClient.open(browser, priyas, channel.name), await ZoomClient.open(browser, sams, channel.name)];
    });
    after(async () => {
        await browser?.close();
        bot?.close();
    });

    it('a slash command is found and sent with the keyboard alone', async () => {
        await sam.composeBox.focus();
        await sam.page.keyboard.type('/inc');
        await sam.hints.first().waitFor();
        assert.match(await sam.hints.first().textContent(), /trigger.*Triggers an incident/);
        await sam.page.keyboard.press('ArrowDown');
        await sam.page.keyboard.press('Enter');
        assert.equal(await sam.composeBox.inputValue(), `/${bot.app.bot.command} trigger`);
        await sam.page.keyboard.press('Enter');
        await sam.messages.getByText('Only visible to you').waitFor();
        assert.equal(bot.last.payload.cmd, 'trigger');
        assert.equal(await priya.messages.count(), 0);
    });

    it('every element of a card is shown, and can be used', async () => {
        await bot.send(channel, {
            head: {text: 'Build', sub_head: {text: 'web', style: {italic: true}}},
            body: [
                {type: 'message', text: 'a *bold* <https://ci.example.com/1|link>', is_markdown_support: true},
                {type: 'message', text: 'a note', editable: true},
                {type: 'fields', items: [{key: 'Branch', value: 'main', short: true}, {key: 'Owner', value: ' ', editable: true}]},
                {type: 'select', text: 'Assign to', static_source: 'members'},
                {type: 'progress_bar', value: 40},
                {type: 'alert', text: 'It is late', level: 'warning', closable: true},
                {type: 'divider', style: {bold: true, dotted: false, color: '#0E72ED'}},
                {type: 'attachments', resource_url: 'https://ci.example.com/1', information: {title: {text: 'Log'}, description: {text: '9 kB'}}},
                {type: 'section', sidebar_color: '#C9372C', sections: [{type: 'message', text: 'inside'}], footer: 'Jenkins', ts: 1560796234686},
                {type: 'page', cur_page: 1, pages: [1, 2].map((n) => ({pageNo: n, body: [{type: 'section', sections: [{type: 'message', text: `page ${n}`}]}]}))},
                {type: 'actions', limit: 2, items: [
                    {text: 'Rebuild', value: 'rebuild', style: 'Primary'}, {text: 'Gone', value: 'gone', style: 'Disabled'},
                    {text: 'Details', value: 'details', action: 'dialog', dialog: {size: 'S', link: `${bot.url}/home`, title: {text: 'Details'}}},
                ]},
            ],
        });
        const card = priya.message('Build');
        await card.waitFor();
        assert.equal(await priya.broken.count(), 0);
        assert.equal(await card.locator('strong', {hasText: 'bold'}).count(), 1);
        assert.equal(await card.getByRole('link', {name: 'link', exact: true}).getAttribute('href'), 'https://ci.example.com/1');
        await card.getByRole('button', {name: 'Next page'}).click();
        await card.getByText('page 2', {exact: true}).waitFor();
        await card.getByRole('button', {name: 'Dismiss'}).click();
        assert.equal(await card.getByText('It is late').count(), 0);
        assert.ok(await card.getByRole('button', {name: 'Gone'}).isDisabled());

        await card.getByRole('button', {name: 'Rebuild'}).click();
        await poll(() => bot.last.payload.actionItem?.value === 'rebuild', 'the bot is told of the button');
        await card.getByLabel('Assign to').selectOption({label: 'Sam Okoro'});
        await poll(() => bot.last.payload.selectedItems?.length === 1, 'the bot is told of the option');
        await card.getByRole('button', {name: 'Edit a note'}).click();
        await priya.page.keyboard.type('!');
        await priya.page.keyboard.press('Enter');
        await poll(() => bot.last.payload.editItem?.target === '!a note', 'the bot is told of the text');
        await card.getByRole('button', {name: 'Edit Owner'}).click();
        await priya.page.keyboard.type('Sam');
        await priya.page.keyboard.press('Enter');
        await poll(() => bot.last.payload.fieldEditItem?.newValue === 'Sam', 'the bot is told of the field');

        await card.getByText('More', {exact: true}).click();
        await card.getByRole('button', {name: 'Details'}).click();
        await priya.appPage.getByText('inChat: Build').waitFor();
        await priya.page.keyboard.press('Escape');
        await priya.webview.waitFor({state: 'hidden'});
    });

    it('a form is sent as a whole, and only the user it is for sees it', async () => {
        const sams = (await zoom('GET', '/chat/people')).find((p) => p.email.startsWith('sam.') && p.account_id === bot.app.account_id);
        await bot.send(channel, {settings: {form: true, form_id: 'trigger'}, head: {text: 'Trigger an incident'}, body: [
            {type: 'plain_text_input', action_id: 'title', text: 'Title', min_length: 3},
            {type: 'plain_text_input', action_id: 'description', text: 'Description', multiline: true},
            {type: 'radio_buttons', action_id: 'urgency', text: 'Urgency', options: [{text: 'High', value: 'high'}, {text: 'Low', value: 'low'}], initial_option: {text: 'High', value: 'high'}},
            {type: 'checkboxes', action_id: 'tell', text: 'Notify', style: 'switch', options: [{text: 'The team', value: 'team', initial_selected: true}]},
            {type: 'datepicker', action_id: 'day', text: 'Day', initial_date: '2026/3/2'},
            {type: 'timepicker', action_id: 'at', text: 'Time', initial_time: '09:30'},
            {type: 'actions', items: [{text: 'Trigger', value: 'send', style: 'Primary', submit: true}]},
        ]}, {visible_to_user: sams.id});
        const form = sam.message('Trigger an incident');
        await form.getByText('Only visible to you').waitFor();
        await form.getByLabel('Title').fill('Down');
        await form.getByLabel('Low').check();
        await form.getByRole('button', {name: 'Trigger', exact: true}).click();
        await poll(() => bot.last.event === 'chat_message.submit', 'the bot gets the form');
        assert.equal(bot.last.payload.object.form_id, 'trigger');
        const values = Object.assign({}, ...bot.last.payload.object.submit_items.slice(1).map((item) => Object.values(item)[0]).map((v) => ({[v.action_id]: v.value ?? v.selected_options})));
        assert.deepEqual(values, {title: 'Down', description: '', urgency: 'low', tell: [{value: 'team'}], day: '2026/3/2', at: '09:30'});
        assert.equal(await priya.messages.filter({hasText: 'Trigger an incident'}).count(), 0);
    });

    it('a thread is read and answered beside the conversation', async () => {
        await priya.say('The disk is full');
        await sam.message('The disk is full').hover();
        await sam.message('The disk is full').getByRole('button', {name: 'Reply in thread'}).click();
        await sam.replyBox.fill('On it');
        await sam.replyBox.press('Enter');
        await sam.replies.filter({hasText: 'On it'}).waitFor();
        await priya.message('The disk is full').getByRole('button', {name: '1 reply'}).click();
        await priya.replies.filter({hasText: 'On it'}).waitFor();
        await priya.page.getByRole('button', {name: 'Close thread'}).click();
        await sam.page.getByRole('button', {name: 'Close thread'}).click();
    });

    it('a page learns the message it was opened from, and composes a card for everyone', async () => {
        await sam.messageShortcut('The disk is full', 'Incidents: Trigger incident');
        await sam.appPage.getByText('inChat: The disk is full').waitFor();
        await sam.appPage.getByRole('button', {name: 'Share incident'}).click();
        await sam.preview.getByText('Incident 7').waitFor();
        await sam.picture('teamchat-composed-card');
        await sam.page.getByRole('button', {name: 'Send', exact: true}).click();
        await priya.message('Incident 7').getByText('via Incidents').waitFor();
        await priya.message('Incident 7').getByRole('button', {name: 'Acknowledge'}).click();
        await poll(() => bot.last.payload.actionItem?.value === 'ack', 'the bot is told of the button');
        await sam.composeBox.fill('a draft');
        await sam.shortcut('Trigger incident');
        await sam.appPage.getByText('inChat: a draft').waitFor();
        await sam.page.keyboard.press('Escape');
    });

    it('what Zoom would not show is marked, and nothing that is written becomes HTML', async () => {
        await zoom('POST', '/policy', {chat_content: 'lenient'});
        try {
            await bot.send(channel, {head: {text: 'Wrong <b>card</b>'}, body: [
                {type: 'markdown', text: 'x'}, {type: 'message', text: '<img src=x onerror=alert(1)>', is_markdown_support: true},
                {type: 'message', text: 'a script', link: 'javascript:alert(1)'},
            ]});
        } finally {
            await zoom('POST', '/policy', {chat_content: 'strict'});
        }
        const card = sam.message('Wrong <b>card</b>');
        await card.getByText('Zoom would not show this: unknown type "markdown"').waitFor();
        await card.getByText('<img src=x onerror=alert(1)>').waitFor();
        assert.equal(await card.locator('b, img').count(), 0);
        assert.equal(await card.getByText('a script').getAttribute('href'), null);
        assert.equal(await card.getByRole('link').count(), 0);
        await assert.rejects(bot.send(channel, {body: [{type: 'markdown', text: 'x'}]}), /400.*7001.*unknown type/);
    });

    it('has names, roles and contrast in the light and in the dark', async () => {
        const devTools = await sam.page.context().newCDPSession(sam.page);
        await devTools.send('Runtime.evaluate', {expression: axe}); // the page's policy allows no other script
        await sam.picture('teamchat');
        for (const colorScheme of ['light', 'dark']) {
            await sam.page.emulateMedia({colorScheme});
            const {result} = await devTools.send('Runtime.evaluate', {
                expression: 'axe.run().then(({violations}) => violations.flatMap(({id, nodes}) => nodes.map(({html}) => id + " " + html)))', awaitPromise: true, returnByValue: true,
            });
            assert.deepEqual(result.value, [], colorScheme);
        }
        assert.deepEqual([...sam.problems, ...priya.problems], []);
    });
});
