// The compose box: a text, a slash command with its hints, the shortcuts of apps, or a card that an app composed.
import {act} from './api.js';
import {make, newID, notice} from './dom.js';
import {openWebview} from './webview.js';

/** The uses of all slash commands that begin with a text. */
function hintsFor(apps, text) {
    return apps.filter((app) => app.command).flatMap((app) => [
        ...app.hints.map((hint) => ({text: `/${app.command} ${hint.usage_hint}`, about: hint.description, app: app.name})),
        ...app.hints.length ? [] : [{text: `/${app.command}`, about: '', app: app.name}],
    ]).filter((hint) => hint.text.startsWith(text) && hint.text !== text);
}

/** A compose box in a form of the page. */
export class Composer {
    /**
     * @param {HTMLFormElement} form
     * @param {() => {as: string, place: string, name: string, apps: Object[], replyTo: (string|undefined)}} where it writes
     */
    constructor(form, where) {
        this.form = form;
        this.where = where;
        this.card = null;
        this.hints = [];
        const list = newID('hints');
        this.list = make('ul.hints', {id: list, role: 'listbox', 'aria-label': 'Slash commands', hidden: true});
        this.text = make('textarea', {
            rows: 2, 'aria-controls': list, 'aria-autocomplete': 'list',
            input: () => this.suggest(), keydown: (event) => this.key(event), blur: () => this.showHints([]),
        });
        this.preview = make('div.preview', {hidden: true});
        this.shortcuts = make('div.shortcuts', {role: 'toolbar', 'aria-label': 'App shortcuts'});
        form.append(this.list, this.preview, this.text, make('div.row', {}, this.shortcuts, make('button.primary', {type: 'submit'}, 'Send')));
        form.addEventListener('submit', (event) => {
            event.preventDefault();
            this.send();
        });
    }

    /** Draws what depends on the conversation. */
    draw() {
        const {name, apps, replyTo} = this.where();
        this.text.setAttribute('aria-label', replyTo ? `Reply in ${name}` : `Message ${name}`);
        this.text.placeholder = replyTo ? 'Reply' : `Message ${name}`;
        const key = JSON.stringify([name, apps]);
        if (key !== this.drawn) {
            this.drawn = key;
            this.shortcuts.replaceChildren(...apps.flatMap((app) => app.shortcuts.filter((s) => s.action_types.includes('COMPOSE_BOX')).map((s) =>
                make('button.quiet', {type: 'button', 'aria-haspopup': 'dialog', click: () => this.openShortcut(app, s)}, `${app.name}: ${s.action_label}`))));
        }
    }

    /** Forgets what was not sent. */
    clear() {
        this.text.value = '';
        this.showPreview(null);
        this.showHints([]);
    }

    /** Opens a shortcut's page, which can compose a card. */
    async openShortcut(app, shortcut) {
        const {as, place} = this.where();
        try {
            const webview = await act('shortcut', {as, app: app.client_id, shortcut: shortcut.action_id, in: place, text: this.text.value});
            openWebview(webview, (preview) => this.showPreview(preview));
        } catch (err) {
            notice(err.message);
        }
    }

    /** Shows the card that is going to be sent. */
    showPreview(preview) {
        this.card = preview?.card ?? null;
        this.preview.hidden = !preview;
        this.preview.replaceChildren(...preview ? [
            make('strong', {}, preview.title), make('p', {}, preview.description),
            make('button.quiet', {type: 'button', click: () => this.showPreview(null)}, 'Remove card'),
        ] : []);
        if (preview) {
            this.text.focus();
        }
    }

    /** Sends the text or the card. */
    async send() {
        const {as, place, replyTo} = this.where();
        const text = this.text.value.trim();
        if (!text && !this.card) {
            return;
        }
        const card = this.card ?? '';
        this.clear();
        notice('');
        try {
            await act('send', {as, in: place, text: card ? '' : text, reply_to: replyTo ?? '', card});
        } catch (err) {
            notice(err.message);
        }
    }

    /** Lists the commands that fit what was typed. */
    suggest() {
        this.showHints(this.text.value.startsWith('/') ? hintsFor(this.where().apps, this.text.value) : []);
    }

    /** Shows a list of commands, the first of them selected by no key yet. */
    showHints(hints) {
        this.hints = hints;
        this.at = -1;
        this.list.hidden = hints.length === 0;
        this.text.removeAttribute('aria-activedescendant');
        this.list.replaceChildren(...hints.map((hint) => make('li', {
            id: newID('hint'), role: 'option', 'aria-selected': 'false',
            mousedown: (event) => {
                event.preventDefault();
                this.take(hint);
            },
        }, make('code', {}, hint.text), ' ', hint.about, make('span.soft', {}, ` ${hint.app}`))));
    }

    /** Marks a command as the one that Enter takes. */
    mark(at) {
        this.at = (at + this.hints.length) % this.hints.length;
        [...this.list.children].forEach((item, i) => item.setAttribute('aria-selected', String(i === this.at)));
        this.text.setAttribute('aria-activedescendant', this.list.children[this.at].id);
    }

    /** Writes a command into the box. */
    take(hint) {
        this.text.value = hint.text;
        this.showHints([]);
        this.text.focus();
    }

    /** Handles the keys of the list, and Enter, which sends. */
    key(event) {
        if (event.isComposing) {
            return;
        }
        const listed = this.hints.length > 0;
        if (listed && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
            event.preventDefault();
            this.mark(this.at < 0 && event.key === 'ArrowUp' ? -1 : this.at + (event.key === 'ArrowDown' ? 1 : -1));
        } else if (listed && event.key === 'Escape') {
            event.preventDefault();
            this.showHints([]);
        } else if (listed && this.at >= 0 && (event.key === 'Enter' || event.key === 'Tab')) {
            event.preventDefault();
            this.take(this.hints[this.at]);
        } else if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            this.form.requestSubmit();
        }
    }
}
