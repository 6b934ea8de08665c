// The client: who is signed in, which conversation and thread are open, and the newest state of both from the sandbox.
// The address says the first two, as ?as=EMAIL&in=CONVERSATION, so that several users can be open in several tabs.
import {people, view} from './api.js';
import {Composer} from './compose.js';
import {byID, make, notice} from './dom.js';
import {drawMessages} from './messages.js';
import {startWebviews} from './webview.js';

const retry = 1000; // milliseconds

const address = new URLSearchParams(location.search);
const state = {as: address.get('as') ?? '', place: address.get('in') ?? '', thread: null, view: null, seen: new Map()};
let polling = new AbortController();

/** The open conversation. */
const here = () => state.view?.places.find((p) => p.jid === state.view.in);

const center = new Composer(byID('compose'), () => ({as: state.as, place: state.view?.in, name: here()?.name ?? '', apps: state.view?.apps ?? []}));
const side = new Composer(byID('reply'), () => ({as: state.as, place: state.view?.in, name: here()?.name ?? '', apps: state.view?.apps ?? [], replyTo: state.thread ?? ''}));

/** Opens a conversation, as a user. */
function go(as, place) {
    Object.assign(state, {as, place, thread: null});
    history.replaceState(null, '', `?${new URLSearchParams({as, in: place})}`);
    center.clear();
    side.clear();
    notice('');
    polling.abort();
    polling = new AbortController();
    follow(polling.signal);
}

/** Shows what there is, and then every change, until another conversation is opened. */
async function follow(signal) {
    for (let since; !signal.aborted;) {
        try {
            const next = await view(state.as, state.place, since, signal);
            if (signal.aborted) {
                return;
            }
            since = next.revision;
            state.view = next;
            draw();
        } catch (err) {
            if (signal.aborted) {
                return;
            }
            notice(err.message);
            await new Promise((resolve) => {
                setTimeout(resolve, retry);
            });
        }
    }
}

/** Draws everything. */
function draw() {
    const place = here();
    byID('title').textContent = place ? title(place) : 'No conversation';
    document.title = `${place?.name ?? 'Team Chat'} – ${state.view.me.name} – Zoom sandbox`;
    drawPlaces();
    const replies = new Map();
    for (const m of state.view.messages) {
        if (m.reply_to) {
            replies.set(m.reply_to, (replies.get(m.reply_to) ?? 0) + 1);
        }
    }
    const client = {
        me: state.view.me, apps: state.view.apps, members: place?.members ?? state.view.people, compose: (preview) => center.showPreview(preview),
        channels: state.view.places.filter((p) => p.kind === 'channel').map(({name, jid}) => ({name, jid})), openThread,
    };
    const known = new Set(state.view.messages.map((m) => m.id));
    drawMessages(byID('messages'), state.view.messages.filter((m) => !known.has(m.reply_to)), client, replies);
    center.draw();
    byID('thread').hidden = !state.thread;
    if (state.thread) {
        drawMessages(byID('replies'), state.view.messages.filter((m) => m.id === state.thread || m.reply_to === state.thread), {...client, openThread: null}, new Map());
        side.draw();
    }
}

/** What a conversation is called. */
const title = (place) => (place.kind === 'channel' ? `#${place.name}` : place.name);

/** Draws the list of conversations. */
function drawPlaces() {
    state.seen.set(`${state.as} ${state.view.in}`, here()?.latest);
    const group = (heading, kind) => {
        const places = state.view.places.filter((p) => p.kind === kind);
        return places.length > 0 && make('section', {'aria-label': heading}, make('h2', {}, heading), make('ul', {}, ...places.map((p) => {
            const unread = p.latest && state.seen.get(`${state.as} ${p.jid}`) !== p.latest;
            return make('li', {}, make('button.place', {type: 'button', 'aria-current': p.jid === state.view.in ? 'page' : null, click: () => go(state.as, p.jid)},
                title(p), unread && make('span.unread', {}, make('span.hidden', {}, 'unread'))));
        })));
    };
    const focused = document.activeElement?.closest('#places')?.contains(document.activeElement) && document.activeElement.textContent;
    byID('places').replaceChildren(...[group('Channels', 'channel'), group('Apps', 'app'), group('Direct messages', 'person')].filter(Boolean));
    if (focused) {
        [...byID('places').querySelectorAll('button')].find((b) => b.textContent === focused)?.focus();
    }
}

/** Opens a thread beside the conversation. */
function openThread(id) {
    state.thread = id;
    draw();
    side.text.focus();
}

/** Lists the users and signs the first one in, unless the address names another. */
async function start() {
    startWebviews();
    byID('close-thread').addEventListener('click', () => {
        state.thread = null;
        draw();
        center.text.focus();
    });
    byID('me').addEventListener('change', (event) => go(event.target.value, ''));
    const all = await people();
    if (all.length === 0) {
        notice('This Zoom has no users.');
        return;
    }
    const as = all.find((p) => p.email === state.as) ?? all[0];
    byID('me').replaceChildren(...all.map((p) => make('option', {value: p.email, selected: p.email === as.email}, `${p.name} (${p.email})`)));
    go(as.email, state.place);
}

start();
