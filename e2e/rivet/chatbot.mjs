// Team Chat with @zoom/rivet's ChatbotClient: it gets the chatbot's token, sends, edits and deletes messages, and receives and
// verifies what users do with them.
import assert from 'node:assert/strict';

import {ChatbotClient} from '@zoom/rivet/chatbot';

import {Busy, controls, freePort} from './harness.mjs';
import {compile} from './types.mjs';

const WEBHOOK_SECRET = 'rivet-chatbot-secret';

const CARD = {
    head: {text: 'Build <b>&</b> "ship" – ünïcode', sub_head: {text: 'web'}},
    body: [
        {type: 'message', text: 'a note', editable: true},
        {type: 'fields', items: [{key: 'Owner', value: ' ', editable: true}]},
        {type: 'select', text: 'Who', select_items: [{text: 'Ada', value: 'ada'}]},
        {type: 'actions', items: [{text: 'Rebuild', value: 'rebuild', style: 'Primary'}]},
        {type: 'progress_bar', value: 40},
    ],
};

// The SDK has no types of the last two, which still reach it.
const EVENTS = [
    'bot_installed', 'bot_notification', 'interactive_message_actions', 'interactive_message_select', 'interactive_message_editable', 'interactive_message_fields_editable',
    'team_chat.link_shared', 'team_chat.app_mention', 'chat_message.submit',
];

// The SDK's types of events. That of team_chat.link_shared is left out, as no message fits it: it has both a contact and a channel,
// and a Date.
const TYPES = {
    bot_installed: 'BotInstalledEvent', bot_notification: 'BotNotification', interactive_message_actions: 'InteractiveMessageActions',
    interactive_message_select: 'InteractiveMessageSelect', interactive_message_editable: 'InteractiveMessageEditable',
    interactive_message_fields_editable: 'InteractiveMessageFieldsEditable',
};

/** The stories, in order; each builds on those before. */
export function stories({bot, control, heard, app, receiver, priya, sam, ops}) {
    const send = (content, more) => bot.endpoints.messages.sendChatbotMessage({
        body: {robot_jid: app.bot.jid, to_jid: ops.jid, account_id: priya.account_id, user_jid: priya.jid, content, ...more},
    });
    const say = (text, more) => control('POST', '/chat/send', {as: priya.email, in: 'ops', text, ...more});
    const does = (what, message, element, value) => control('POST', `/chat/${what}`, {as: priya.email, message, element, value});
    const seen = async () => (await control('GET', `/chat/view?as=${sam.email}&in=ops`)).messages;
    const last = () => heard.at(-1);
    const answers = [];
    let id;
    return [
        ['the bot\'s endpoint passes endpoint.url_validation', async () => {
            const saved = await control('PUT', `/apps/${app.client_id}`, {bot: {...app.bot, endpoint_url: `${receiver}/zoom/events`}, validate: true});
            assert.equal(saved.webhook_enabled, true);
            assert.equal(saved.bot.jid, app.bot.jid);
        }],
        ['the bot is told that it is installed', async () => {
            await control('POST', '/install', {email: priya.email, client_id: app.client_id});
            assert.equal(last().event, 'bot_installed');
            assert.equal(last().payload.userJid, priya.jid);
        }],
        ['a slash command is answered with say', async () => {
            await say('/rivet ping');
            const [answer] = await seen();
            assert.deepEqual(answer.content.body, [{type: 'message', text: 'pong'}]);
            assert.equal(answer.author, app.bot.jid);
        }],
        ['a bot sends, edits and deletes a message', async () => {
            const sent = await send(CARD);
            assert.equal(sent.statusCode, 201);
            assert.match(sent.trackingId, /^v=2\.0;/);
            id = sent.data.message_id;
            assert.deepEqual((await seen()).at(-1).content, CARD);
            const body = {robot_jid: app.bot.jid, account_id: priya.account_id, user_jid: priya.jid, content: {head: {text: 'edited'}}};
            const other = (await send(CARD)).data.message_id;
            const edited = await bot.endpoints.messages.editChatbotMessage({path: {message_id: other}, body});
            assert.equal(edited.data.message_id, other);
            assert.equal((await seen()).at(-1).content.head.text, 'edited');
            const query = {robot_jid: app.bot.jid, account_id: priya.account_id, user_jid: priya.jid};
            const deleted = await bot.endpoints.messages.deleteChatbotMessage({path: {message_id: other}, query});
            assert.equal(deleted.statusCode, 200);
            answers.push({type: 'EditChatbotMessageResponse', value: edited.data}, {type: 'DeleteChatbotMessageResponse', value: deleted.data});
            assert.equal((await seen()).at(-1).id, id);
        }],
        ['a button is answered with say', async () => {
            await does('click', id, 'rebuild');
            assert.deepEqual((await seen()).at(-1).content.body, [{type: 'message', text: 'Rebuild of Priya Shah'}]);
        }],
        ['the SDK verifies every event of a card', async () => {
            await does('select', id, 'Who', 'ada');
            assert.deepEqual(last().payload.selectedItems, [{value: 'ada'}]);
            assert.deepEqual(last().payload.original, CARD);
            await does('edit-text', id, 'a note', 'Åsa <Öhn> & "co" \u2028 \u0007');
            assert.equal(last().payload.editItem.target, 'Åsa <Öhn> & "co" \u2028 \u0007');
            await does('edit-field', id, 'Owner', 'Åsa');
            assert.deepEqual(last().payload.fieldEditItem, {currentValue: '', key: 'Owner', newValue: 'Åsa'});
        }],
        ['a form, a mention and a link arrive, too', async () => {
            const form = await send({settings: {form: true}, body: [
                {type: 'plain_text_input', action_id: 'url', text: 'URL'},
                {type: 'actions', items: [{text: 'Connect', value: 'go', style: 'Primary', submit: true}]},
            ]});
            await control('POST', '/chat/click', {as: priya.email, message: form.data.message_id, element: 'go', values: {url: ['https://ci.example.com']}});
            assert.equal(last().event, 'chat_message.submit');
            await say('@Rivet hello');
            assert.equal(last().event, 'team_chat.app_mention');
            await say('https://ci.example.com/1');
            assert.equal(last().event, 'team_chat.link_shared');
            const {operator_id: userId, object} = last().payload;
            const answer = await bot.endpoints.messages.linkUnfurls({path: {userId, triggerId: object.trigger_id}, body: {content: JSON.stringify({head: {text: 'web #1'}})}});
            assert.equal(answer.statusCode, 204);
            assert.equal((await seen()).at(-1).unfurled[0].head.text, 'web #1');
        }],
        ['a forged event is refused, and one that failed comes again', async () => {
            await control('POST', '/faults', {match: {event: 'interactive_message_select'}, action: {bad_signature: true}});
            const before = heard.length;
            await does('select', id, 'Who', 'ada');
            assert.equal(heard.length, before);
            heard.busy = true;
            await does('select', id, 'Who', 'ada');
            assert.equal(heard.length, before);
            await control('POST', '/clock', {advance_seconds: 300});
            assert.equal(heard.length, before + 1);
        }],
        ['the SDK\'s types fit every event, answer and card', () => {
            const events = heard.filter((e) => TYPES[e.event]).map((value) => ({type: TYPES[value.event], value}));
            assert.deepEqual([...new Set(events.map(({value}) => value.event))].sort(), Object.keys(TYPES).sort());
            compile('@zoom/rivet/chatbot', [...events, ...answers, {type: 'CardContent', value: CARD}]);
        }],
        ['refusals are understood', async () => {
            await assert.rejects(send({body: [{type: 'markdown', text: 'x'}]}), /400\/7001/);
            await assert.rejects(send(CARD, {robot_jid: 'v1nobody@xmpp.zoom.us'}), /403\/7003/);
            await assert.rejects(send(CARD, {to_jid: 'none@conference.xmpp.zoom.us'}), /403\/7004/);
            await assert.rejects(send(CARD, {robot_jid: 'rivet'}), /404\/7002/);
        }],
    ];
}

/** Registers the app and the users, and builds the SDK's client. */
export async function setStage(sim) {
    const control = controls(sim);
    await control('POST', '/reset');
    const receiver = `http://127.0.0.1:${await freePort()}`;
    await control('POST', '/users', {email: 'priya@example.com', first_name: 'Priya', last_name: 'Shah'});
    await control('POST', '/users', {email: 'sam@example.com', first_name: 'Sam', last_name: 'Okoro'});
    const [priya, sam] = await control('GET', '/chat/people');
    const ops = await control('POST', '/chat/channels', {name: 'ops', members: [priya.email, sam.email]});
    const app = await control('POST', '/apps', {
        name: 'Rivet', kind: 'account', webhook_secret: WEBHOOK_SECRET,
        bot: {command: 'rivet', enable_mention: true, trust_domain_list: [{domain: 'ci.example.com', unfurling: true}]},
    });
    const bot = new ChatbotClient({
        clientId: app.client_id, clientSecret: app.client_secret, webhooksSecretToken: WEBHOOK_SECRET,
        baseUrl: `${sim}/v2`, port: Number(new URL(receiver).port),
    });
    const heard = [];
    for (const name of EVENTS) {
        bot.webEventConsumer.event(name, (e) => {
            if (heard.busy) {
                heard.busy = false;
                throw new Busy();
            }
            heard.push(e);
        });
    }
    bot.webEventConsumer.onSlashCommand('ping', ({say}) => say('pong'));
    bot.webEventConsumer.onButtonClick('rebuild', ({say, payload}) => say(`Rebuild of ${payload.userName}`));
    const listener = await bot.start();
    return {bot, control, heard, app, receiver, priya, sam, ops, listener};
}
