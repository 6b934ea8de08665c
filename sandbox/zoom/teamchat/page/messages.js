// Messages: who said what, when, to whom, and what can be done with it.
import {act} from './api.js';
import {broken, card} from './card.js';
import {make, notice} from './dom.js';
import {plain} from './markdown.js';
import {openWebview} from './webview.js';

/** Does something with a card while its control is busy. */
async function busy(control, what, body, compose) {
    control?.setAttribute('aria-busy', 'true');
    notice('');
    try {
        const answer = await act(what, body);
        if (answer?.url) {
            openWebview(answer, compose);
        }
    } catch (err) {
        notice(err.message);
    } finally {
        control?.removeAttribute('aria-busy');
    }
}

/** What users can do with a message's card. */
function abilities(m, client) {
    const action = (element, more) => ({as: client.me.email, message: m.id, element, ...more});
    return {
        can: true, markdown: m.is_markdown_support,
        members: client.members.map((p) => ({text: p.name, value: p.jid})),
        channels: client.channels.map((c) => ({text: c.name, value: c.jid})),
        click: (b, control) => busy(control, 'click', action(b.value), client.compose),
        submit: (value, values, control) => busy(control, 'click', action(value, {values})),
        select: (text, value, control) => busy(control, 'select', action(text, {value})),
        editText: (text, value) => busy(null, 'edit-text', action(text, {value})),
        editField: (key, value) => busy(null, 'edit-field', action(key, {value})),
    };
}

/** The buttons that appear beside a message: its thread, and the shortcuts of apps. */
function tools(m, client) {
    const shortcuts = client.apps.flatMap((app) => app.shortcuts.filter((s) => s.action_types.includes('MESSAGE_ACTION')).map((s) => make('button.quiet', {
        type: 'button', 'aria-haspopup': 'dialog',
        click: (event) => {
            event.currentTarget.closest('details').open = false;
            busy(null, 'shortcut', {as: client.me.email, app: app.client_id, shortcut: s.action_id, message: m.id}, client.compose);
        },
    }, `${app.name}: ${s.action_label}`)));
    return make('div.tools', {}, client.openThread && make('button.quiet', {type: 'button', click: () => client.openThread(m.reply_to ?? m.id)}, 'Reply in thread'),
        shortcuts.length > 0 && make('details.more', {keydown: closeOnEscape}, make('summary', {}, 'More actions'), ...shortcuts));
}

/** Closes an open menu. */
function closeOnEscape(event) {
    if (event.key === 'Escape' && event.currentTarget.open) {
        event.currentTarget.open = false;
        event.currentTarget.querySelector('summary').focus();
    }
}

/** The initials of an author. */
const initials = (name) => name.split(/\s+/).map((word) => word[0]).slice(0, 2).join('').toUpperCase();

/** Shows a message. replies is how many it has, in a list that doesn't show them. */
function message(m, client, replies) {
    const byApp = Boolean(m.content);
    const body = byApp ? card(m.content, abilities(m, client)) : make('p.text', {}, ...plain(m.text));
    return make('li.message', {'data-id': m.id, 'data-author': m.author_name},
        make('span.avatar', {'aria-hidden': 'true'}, initials(m.author_name)),
        make('article', {'aria-label': `Message by ${m.author_name}`},
            make('div.byline', {}, make('strong', {}, m.author_name), byApp && !m.via && make('span.badge', {}, 'App'), m.via && make('span.soft', {}, `via ${m.via}`),
                make('time.soft', {datetime: m.at}, new Date(m.at).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'})),
                m.edited && make('span.soft', {}, '(edited)'), m.visible_to && make('span.private', {}, 'Only visible to you')),
            body,
            ...(m.unfurled ?? []).map((content) => card(content, {...abilities(m, client), can: false})),
            ...(m.problems ?? []).map(broken),
            replies > 0 && make('button.quiet.replies', {type: 'button', click: () => client.openThread(m.id)}, replies === 1 ? '1 reply' : `${replies} replies`),
            tools(m, client)));
}

/**
 * Shows messages in a list. One that hasn't changed stays as it is, with what the user is entering in it.
 * @param {HTMLOListElement} list
 * @param {Object[]} shown
 * @param {Object} client who looks, with what; see main.js
 * @param {Map<string, number>} replies by the ID of the first message of a thread
 */
export function drawMessages(list, shown, client, replies) {
    const log = list.parentElement;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const before = new Map([...list.children].map((item) => [item.dataset.id, item]));
    const chatSurroundings = JSON.stringify([client.me.email, client.apps, client.members, client.channels]);
    const now = shown.map((m) => {
        const key = JSON.stringify([m, replies.get(m.id), chatSurroundings]);
        const old = before.get(m.id);
        if (old?.key === key) {
            return old;
        }
        const item = message(m, client, replies.get(m.id) ?? 0);
        item.key = key;
        return item;
    });
    now.forEach((item, i) => {
        if (list.children[i] !== item) {
            list.insertBefore(item, list.children[i] ?? null);
        }
    });
    while (list.children.length > now.length) {
        list.lastElementChild.remove();
    }
    if (atEnd) {
        log.scrollTop = log.scrollHeight;
    }
}
