// Everything the specs know about the page: how to open it, its elements, and how to wait for them. Mattermost's own web client
// has the same elements, so the specs run against it too.
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {chromium} from 'playwright-core';

import {newChannel, Person, stack} from './stack.mjs';

/** The folder of the pictures. */
export const screenshots = path.resolve(path.dirname(fileURLToPath(import.meta.url)), process.env.SCREENSHOTS ?? '../artifacts/screenshots');
mkdirSync(screenshots, {recursive: true});

// Mattermost's standard themes.
const themes = {
    light: {type: 'Denim', sidebarBg: '#1e325c', sidebarText: '#ffffff', sidebarUnreadText: '#ffffff', sidebarTextHoverBg: '#28427b', sidebarTextActiveBorder: '#5d89ea', sidebarTextActiveColor: '#ffffff', sidebarHeaderBg: '#192a4d', sidebarHeaderTextColor: '#ffffff', sidebarTeamBarBg: '#14213e', onlineIndicator: '#3db887', awayIndicator: '#ffbc1f', dndIndicator: '#d24b4e', mentionBg: '#ffffff', mentionBj: '#ffffff', mentionColor: '#1e325c', centerChannelBg: '#ffffff', centerChannelColor: '#3f4350', newMessageSeparator: '#cc8f00', linkColor: '#386fe5', buttonBg: '#1c58d9', buttonColor: '#ffffff', errorTextColor: '#d24b4e', mentionHighlightBg: '#ffd470', mentionHighlightLink: '#1b1d22', codeTheme: 'github'},
    dark: {type: 'Onyx', sidebarBg: '#202228', sidebarText: '#ffffff', sidebarUnreadText: '#ffffff', sidebarTextHoverBg: '#25262a', sidebarTextActiveBorder: '#4a7ce8', sidebarTextActiveColor: '#ffffff', sidebarHeaderBg: '#24272d', sidebarHeaderTextColor: '#ffffff', sidebarTeamBarBg: '#292c33', onlineIndicator: '#3db887', awayIndicator: '#f5ab00', dndIndicator: '#d24b4e', mentionBg: '#4b7ce7', mentionBj: '#4b7ce7', mentionColor: '#ffffff', centerChannelBg: '#191b1f', centerChannelColor: '#e3e4e8', newMessageSeparator: '#1adbdb', linkColor: '#5d89ea', buttonBg: '#4a7ce8', buttonColor: '#ffffff', errorTextColor: '#da6c6e', mentionHighlightBg: '#0d6e6e', mentionHighlightLink: '#a4f4f4', codeTheme: 'monokai'},
    indigo: {type: 'Indigo', sidebarBg: '#151e32', sidebarText: '#ffffff', sidebarUnreadText: '#ffffff', sidebarTextHoverBg: '#25262a', sidebarTextActiveBorder: '#4a7ce8', sidebarTextActiveColor: '#ffffff', sidebarHeaderBg: '#24272d', sidebarHeaderTextColor: '#ffffff', sidebarTeamBarBg: '#292c33', onlineIndicator: '#3db887', awayIndicator: '#f5ab00', dndIndicator: '#d24b4e', mentionBg: '#4b7ce7', mentionBj: '#4b7ce7', mentionColor: '#ffffff', centerChannelBg: '#111827', centerChannelColor: '#dddfe4', newMessageSeparator: '#1adbdb', linkColor: '#5d89ea', buttonBg: '#4a7ce8', buttonColor: '#ffffff', errorTextColor: '#d24b4e', mentionHighlightBg: '#0d6e6e', mentionHighlightLink: '#a4f4f4', codeTheme: 'monokai'},
};

/** Starts Debian's Chromium, or the one in CHROMIUM. */
export function launch() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
        args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
}

/** Opens a browser context with a logged-in user. */
export async function openBrowser(browser, name) {
    const person = await Person.logIn(name);

    // Mattermost's client shows new users tours, which would cover what the specs look at.
    await person.prefer(['tutorial_step', person.id, '999'], ['recommended_next_steps', 'hide', 'true'], ['onboarding_task_list', 'onboarding_task_list_show', 'false'], ['display_settings', 'use_military_time', 'false']);
    const context = await browser.newContext({viewport: {width: 1280, height: 800}, baseURL: stack.url, locale: 'en-US', timezoneId: 'Europe/Paris'});
    await context.addInitScript(() => localStorage.setItem('__landingPageSeen__', 'true'));
    await context.addCookies([
        {name: 'MMAUTHTOKEN', value: person.token, url: stack.url, httpOnly: true},
        {name: 'MMUSERID', value: person.id, url: stack.url},
    ]);

    // A login from inside the browser also gives it the CSRF token.
    const {username, password} = stack.users[name];
    await context.request.post('/api/v4/users/login', {data: {login_id: username, password}, headers: {'X-Requested-With': 'XMLHttpRequest'}});
    return {context, person};
}

/** A tab of a user's browser. */
export class Tab {
    constructor(page, person) {
        this.page = page;
        this.person = person;

        /** The tabs that this one opened. */
        this.opened = [];
        this.problems = [];
        page.on('popup', (popup) => this.opened.push(popup));
        page.on('pageerror', (error) => this.problems.push(error.message));
    }

    static async open({context, person}, where, query = '') {
        const tab = new Tab(await context.newPage(), person);
        await tab.page.goto(where + query);
        return tab;
    }

    /** Opens a channel. */
    static async inChannel(browser, channel, query = '') {
        const tab = await Tab.open(browser, `/${stack.team}/channels/${channel.name}`, query);
        await tab.page.locator('#post_textbox').waitFor();
        return tab;
    }

    /** Opens the conversation with the plugin's bot. */
    static async withBot(browser) {
        const tab = await Tab.open(browser, `/${stack.team}/messages/@zoom`);
        await tab.page.locator('#post_textbox').waitFor();
        return tab;
    }

    // Elements of the page.
    /** The camera in the App Bar: the first of the plugin's entries, which all have the same ID. */
    get appBarEntry() {
        return this.page.locator('#app-bar-icon-zoom').first();
    }

    /** The button that opens the sidebar of the channel's integrations. */
    get providersEntry() {
        return this.page.getByRole('button', {name: 'Channel integrations'});
    }

    get appBarButton() {
        return this.appBarEntry.locator('[role="button"], button').or(this.page.locator('#app-bar-icon-zoom[role="button"]')).first();
    }

    get headerButton() {
        return this.page.locator('#channel-header button:has(.zoom-header-icon), .channel-header button:has(.zoom-header-icon)').first();
    }

    get liveRegion() {
        return this.page.getByTestId('zoom-live-region');
    }

    get meetings() {
        return this.page.locator('.zoom-post');
    }

    get lastMeeting() {
        return this.meetings.last();
    }

    get posts() {
        return this.page.locator('[id^="post_"]');
    }

    /** The posts with a provider's card. */
    get cards() {
        return this.posts.filter({has: this.page.locator('.zoom-provider-card__title')});
    }

    get dialog() {
        return this.page.locator('#interactiveDialogModal');
    }

    get closeSidebar() {
        return this.rightSidebar.getByRole('button', {name: 'Close'});
    }

    get submit() {
        return this.dialog.locator('#interactiveDialogSubmit');
    }

    /** A field of the dialog. */
    field(name) {
        return this.dialog.getByTestId(name);
    }

    /** The open window of a provider. */
    get window() {
        return this.page.locator('.zoom-modal').getByRole('dialog');
    }

    /** Searches in a field of the window, and selects the first result. */
    async pick(label, words) {
        const field = this.window.getByRole('combobox', {name: label});
        await field.fill(''); // to select the current option again would be no change
        await field.fill(words);
        await this.window.getByRole('option').filter({hasText: words}).first().click();
    }

    get rightSidebar() {
        return this.page.locator('#rhsContainer, #sidebar-right').first();
    }

    /** The open menu of a message. */
    get messageMenu() {
        return this.page.getByRole('menu', {name: 'Post extra options'});
    }

    /** A provider's button at the channel's message box. */
    composerProvider(name) {
        return this.page.locator('#post-create, .channel .composer').getByRole('button', {name});
    }

    /** A provider's button at the open thread's message box. */
    threadProvider(name) {
        return this.rightSidebar.locator('#reply_create, .composer').getByRole('button', {name});
    }

    /** The open menu of a provider's button. */
    providerMenu(name) {
        return this.page.getByRole('menu', {name});
    }

    get saveSettings() {
        return this.page.getByTestId('saveSetting').or(this.page.locator('#saveSetting')).first();
    }

    setting(key) {
        return this.page.locator(`[id="PluginSettings.Plugins.zoom.${key.toLowerCase()}"]`);
    }

    /** Sends a message from the channel's message box. */
    async say(text) {
        await this.page.locator('#post_textbox').fill(text);
        await this.page.locator('#post_textbox').press('Enter');
    }

    /** Opens the menu of a message. */
    async openMessageMenu(text) {
        const post = this.posts.filter({hasText: text}).last();
        await post.hover();
        await post.locator('[id^="CENTER_actions_button_"]').click();
        await this.messageMenu.waitFor();
    }

    /** Enters this server's OAuth client for a provider in the setup dialog. The keys of fields are the dialog's field names. */
    async setUp(word, kind, fields) {
        await this.say(`/${word} setup`);
        await this.dialog.waitFor();
        await this.field('kind').getByRole('combobox').selectOption(kind);
        for (const [name, value] of Object.entries(fields)) {
            await this.field(name).locator('input').fill(value);
        }
        await this.submit.click();
        await this.posts.filter({hasText: 'is saved. Users can now run'}).waitFor();
    }

    /** Opens the latest ephemeral sign-in link for a provider, and authorizes the app there. */
    async signIn(providerId) {
        const link = this.page.locator(`a[href*="/oauth2/${providerId}/connect"]`).last();
        await link.waitFor();
        const before = this.opened.length;
        await link.click();
        await poll(() => this.opened.length > before, 'the sign-in page opens');
        const consent = await this.join();
        const mine = consent.locator('select[name="user"] option').filter({hasText: this.person.email});
        await consent.locator('select[name="user"]').selectOption(await mine.getAttribute('value'));
        await consent.getByRole('button', {name: /^(allow|approve)$/i}).click();
        await consent.getByText(/signed in/i).first().waitFor();
        await consent.close();
    }

    /** Opens the thread of a message in the right-hand sidebar. */
    async openThread(text) {
        const reply = this.page.locator('[id^="CENTER_commentIcon_"]'); // ephemeral posts have none
        const post = this.page.locator('[id^="post_"]').filter({hasText: text}).filter({has: reply}).last();
        await post.hover();
        await post.locator('[id^="CENTER_commentIcon_"]').click();
        await this.rightSidebar.waitFor();
    }

    /** Holds back the request that starts a meeting until the returned function is called. */
    async holdStart() {
        let release;
        const held = new Promise((resolve) => {
            release = resolve;
        });
        await this.page.route('**/plugins/zoom/api/v1/meetings', async (route) => {
            await held;
            await route.continue();
        });
        return release;
    }

    /** Waits for the latest opened tab to load, and returns it. */
    async join() {
        await poll(() => this.opened.length > 0, 'a join page opens');
        const page = this.opened.at(-1);
        await page.waitForLoadState();
        return page;
    }

    /** Shows the page in a theme. */
    async inTheme(name) {
        const shown = (bg) => getComputedStyle(document.documentElement).getPropertyValue('--center-channel-bg').trim() === bg;

        // A page that is still connecting misses the event, so the preference is set again until the theme shows.
        await poll(async () => {
            await this.person.prefer(['theme', '', JSON.stringify(themes[name])]);
            return this.page.waitForFunction(shown, themes[name].centerChannelBg, {timeout: 2000}).then(() => true, () => false);
        }, `the ${name} theme shows`);
    }

    /** Saves a screenshot of the page in both themes, scrolled to a post if there is one. */
    async picture(name, post) {
        for (const theme of ['dark', 'light']) {
            await this.inTheme(theme);
            await post?.evaluate((element) => element.scrollIntoView({block: element.offsetHeight > 500 ? 'start' : 'center'}));
            await this.page.screenshot({path: path.join(screenshots, `${name}-${theme}.png`), animations: 'disabled'});
        }
    }
}

/** Connects a user's Zoom account the way users do: with the command, the link, and Zoom's consent page. */
export async function connect(browser, channel, email) {
    const tab = await Tab.inChannel(browser, channel);
    await tab.say('/zoom connect');
    const link = tab.page.locator('a[href*="/oauth2/connect"]').last();
    await link.waitFor();
    await link.click();
    const consent = await tab.join();
    await consent.locator('select[name="user"]').selectOption(email);
    await consent.locator('button', {hasText: /allow/i}).first().click();
    await poll(async () => (await consent.title().catch(() => 'Connected')).includes('Connected') || consent.isClosed(), 'the account is connected');
    await tab.page.close();
}

/** Sets up sign-in for a provider as an admin, and signs the users out of it. */
export async function setUpProvider(admin, channel, {word, kind, app, people}) {
    await admin.person.call('POST', `/channels/${channel.id}/members`, {user_id: admin.person.id});
    const tab = await Tab.inChannel(admin, channel);
    await tab.setUp(word, kind, app);
    await tab.page.close();

    // In another channel, because the command offers a link to sign in again.
    const outside = await newChannel('Signing out', ...people.map(({person}) => person));
    for (const {person} of people) {
        await person.type(outside, `/${word} signout`);
    }
}

/** Waits until a condition holds. The description appears in the error. */
export async function poll(holds, what, timeoutMs = 15_000) {
    const end = Date.now() + timeoutMs;
    while (!await holds()) {
        if (Date.now() > end) {
            throw new Error(`not after ${timeoutMs} ms: ${what}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

/** Returns the meeting ID that a post shows, without spaces. */
export async function meetingNumber(post) {
    return (await post.locator('.zoom-facts dd').first().textContent()).replace(/\D/g, '');
}
