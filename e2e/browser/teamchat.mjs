// The sandbox's client of Zoom Team Chat: how to open it as a user, and its elements. Specs of apps in Team Chat use it, too.
import {once} from 'node:events';
import {createServer} from 'node:http';
import path from 'node:path';

import {screenshots} from './page.mjs';
import {stack} from './stack.mjs';

/** Calls the sandbox's control API. */
export async function zoom(method, path, body) {
    const response = await fetch(`${stack.sandbox}/_sandbox${path}`, {method, body: body && JSON.stringify(body)});
    const text = await response.text();
    if (!response.ok) {
        throw new Error(`${method} ${path}: ${response.status} ${text}`);
    }
    return JSON.parse(text);
}

/** A user's client with one conversation open. */
export class ZoomClient {
    constructor(page, place) {
        this.page = page;
        this.place = place;
        this.problems = [];
        page.on('pageerror', (error) => this.problems.push(error.message));
    }

    /** Opens the client in a browser context of its own. */
    static async open(browser, email, place) {
        const context = await browser.newContext({viewport: {width: 1280, height: 900}, locale: 'en-US', timezoneId: 'Europe/Paris'});
        const client = new ZoomClient(await context.newPage(), place);
        await client.page.goto(`${stack.sandbox}/chat/?${new URLSearchParams({as: email, in: place})}`);
        await client.composeBox.waitFor();
        return client;
    }

    get composeBox() {
        return this.page.getByRole('textbox', {name: `Message ${this.place}`});
    }

    get replyBox() {
        return this.page.getByRole('textbox', {name: `Reply in ${this.place}`});
    }

    /** The commands that the compose box suggests. */
    get hints() {
        return this.page.getByRole('listbox', {name: 'Slash commands'}).getByRole('option');
    }

    /** The messages of the conversation. */
    get messages() {
        return this.page.getByRole('log', {name: 'Messages'}).getByRole('article');
    }

    /** The messages of the open thread. */
    get replies() {
        return this.page.getByRole('log', {name: 'Replies'}).getByRole('article');
    }

    /** The last message that contains a text. */
    message(text) {
        return this.messages.filter({hasText: text}).last();
    }

    /** What Zoom would not show. */
    get broken() {
        return this.page.locator('[data-problem]');
    }

    /** The card that waits in the compose box. */
    get preview() {
        return this.page.locator('.preview:visible');
    }

    /** The window with an app's page, and the page. */
    get webview() {
        return this.page.locator('#webview');
    }

    get appPage() {
        return this.page.frameLocator('#webview-page');
    }

    /** Saves a screenshot in the light and in the dark. */
    async picture(name) {
        for (const colorScheme of ['dark', 'light']) {
            await this.page.emulateMedia({colorScheme});
            await this.page.screenshot({path: path.join(screenshots, `${name}-${colorScheme}.png`), animations: 'disabled'});
        }
    }

    /** Writes a message or a command. */
    async say(text) {
        await this.composeBox.fill(text);
        await this.composeBox.press('Enter');
    }

    /** Opens an app's shortcut of a message. */
    async messageShortcut(text, name) {
        const message = this.message(text);
        await message.hover();
        await message.getByText('More actions').click();
        await message.getByRole('button', {name}).click();
        await this.webview.waitFor();
    }

    /** Opens an app's shortcut of the compose box. */
    async shortcut(name) {
        await this.page.getByRole('toolbar', {name: 'App shortcuts'}).getByRole('button', {name}).first().click();
        await this.webview.waitFor();
    }
}

/** A bot for specs, whose endpoint and pages are in this process. */
export class Bot {
    /**
     * Registers the app of a bot.
     * @param {Object} subscription the bot's settings
     * @param {(request: import('node:http').IncomingMessage, body: string) => {type: string, body: string|Buffer}|undefined} page answers what is no event
     */
    static async register(name, subscription, page) {
        const bot = new Bot();
        bot.events = [];
        bot.server = createServer(async (request, response) => {
            const chunks = [];
            for await (const chunk of request) {
                chunks.push(chunk);
            }
            const body = Buffer.concat(chunks).toString();
            if (request.url === '/events') {
                bot.events.push(JSON.parse(body));
                response.end('{}');
                return;
            }
            const answer = page?.(request, body, bot);
            response.writeHead(answer ? 200 : 404, {
                'Content-Type': answer?.type ?? 'text/plain', 'Strict-Transport-Security': 'max-age=31536000', 'X-Content-Type-Options': 'nosniff',
                'Content-Security-Policy': 'default-src \'self\'; frame-ancestors \'none\'', 'Referrer-Policy': 'no-referrer',
            });
            response.end(answer?.body ?? '');
        }).listen(0, '127.0.0.1');
        await once(bot.server, 'listening');
        bot.url = `http://127.0.0.1:${bot.server.address().port}`;
        bot.app = await zoom('POST', '/apps', {
            name, kind: 'account', webhook_secret: 'of-the-specs',
            bot: {endpoint_url: `${bot.url}/events`, home_url: `${bot.url}/home?action={action}`, domain_allow_list: ['127.0.0.1'], ...subscription},
        });
        return bot;
    }

    /** The event that arrived last. */
    get last() {
        return this.events.at(-1);
    }

    /** Sends a card to a channel, and returns its ID. */
    async send(channel, content, more = {}) {
        const {client_id: id, client_secret: secret, account_id: account, bot} = this.app;
        const token = await fetch(`${stack.sandbox}/oauth/token?grant_type=client_credentials`, {
            method: 'POST', headers: {Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`},
        });
        const response = await fetch(`${stack.sandbox}/v2/im/chat/messages`, {
            method: 'POST', headers: {Authorization: `Bearer ${(await token.json()).access_token}`, 'Content-Type': 'application/json'},
            body: JSON.stringify({robot_jid: bot.jid, to_jid: channel.jid, account_id: account, content, ...more}),
        });
        const answer = await response.json();
        if (response.status !== 201) {
            throw new Error(`${response.status} ${JSON.stringify(answer)} ${JSON.stringify(await zoom('GET', '/chat/problems'))}`);
        }
        return answer.message_id;
    }

    close() {
        this.server.closeAllConnections();
        this.server.close();
    }
}
