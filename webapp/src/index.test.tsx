import {render, screen} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import {IntlProvider} from 'react-intl';
import {describe, expect, it, vi} from 'vitest';

import {openPage} from './testing/fake_page';
import {configured, lookingAtTownSquare} from './testing/fixtures';

const config = 'GET /plugins/zoom/api/v1/config';

describe('The plugin in a page', () => {
    it('offers a start button in the header and App Bar once the server is configured', async () => {
        const {registry} = await openPage();
        expect([registry.headerButtons.length, registry.appBar.length]).toEqual([1, 1]);
        expect(String(registry.appBar[0].icon)).toMatch(/^data:image\/svg\+xml/);
    });

    it('offers none before that, but still renders posts and the setup', async () => {
        const {registry} = await openPage({config: {configured: false}});
        expect([registry.headerButtons.length, registry.appBar.length]).toEqual([0, 0]);
        expect(Object.keys(registry.postTypes)).toEqual(['custom_zoom', 'custom_zoom_card']);
        expect(Object.keys(registry.settings)).toEqual(['Setup', 'Connections']);
    });

    it.each([['the server’s configuration changes', 'event'], ['the WebSocket reconnects', 'reconnect']])('asks again when %s', async (_when, how) => {
        const page = await openPage({config: {configured: false}});
        const tell = async () => {
            if (how === 'event') {
                page.registry.receive('custom_zoom_config_changed');
            } else {
                page.registry.reconnected();
            }
            await page.settle();
        };

        page.server.says(config, {json: configured});
        await tell();
        expect(screen.getByAltText('zoom')).toBeInTheDocument();
        await tell();
        expect(page.registry.appBar).toHaveLength(1);

        page.server.says(config, {json: {...configured, configured: false}});
        await tell();
        expect(screen.queryByAltText('zoom')).not.toBeInTheDocument();
        expect(page.registry.headerButtons).toHaveLength(0);
    });

    it('asks once the user has logged in, because the login page loads it too', async () => {
        const loggedIn = lookingAtTownSquare();
        const state = {...loggedIn, entities: {...loggedIn.entities, users: {currentUserId: '', profiles: {}}}};
        const page = await openPage({state});
        expect(page.server.askedFor(config)).toHaveLength(0);
        page.change({entities: loggedIn.entities});
        await page.settle();
        expect(page.registry.appBar).toHaveLength(1);
        page.change({views: loggedIn.views});
        await page.settle();
        expect(page.server.askedFor(config)).toHaveLength(1);
    });

    it('keeps what it offers while the server doesn’t answer', async () => {
        const page = await openPage();
        page.server.says(config, {gone: true});
        page.registry.reconnected();
        await page.settle();
        expect(page.registry.appBar).toHaveLength(1);
    });

    it('uses the latest configuration if answers arrive out of order', async () => {
        const page = await openPage();
        const release = page.server.hold();
        page.server.says(config, {json: configured});
        page.registry.receive('custom_zoom_config_changed');
        page.server.says(config, {json: {...configured, configured: false}});
        page.registry.receive('custom_zoom_config_changed');
        release();
        await page.settle();
        expect(page.registry.appBar).toHaveLength(0);
    });

    it('sends the token that Mattermost requires, under the site’s subpath', async () => {
        document.cookie = 'MMCSRF=token-1';
        const {server} = await openPage({basename: '/chat'});
        expect(server.asked[0]).toMatchObject({path: '/chat/plugins/zoom/api/v1/config', headers: {'X-Requested-With': 'XMLHttpRequest', 'X-CSRF-Token': 'token-1'}});
    });

    it('opens the join page that the server sends this tab after a slash command', async () => {
        const page = await openPage();
        page.registry.receive('custom_zoom_meeting_started', {meeting_url: 'https://zoom.us/j/3'});
        page.registry.receive('custom_zoom_meeting_started', {});
        expect(page.tabs).toEqual(['https://zoom.us/j/3']);
    });

    it('tells the server which tab a /zoom command comes from, and leaves other commands alone', async () => {
        const {registry} = await openPage();
        const [hook] = registry.commandHooks;
        const args = {channel_id: 'town', root_id: ''};
        expect(hook('/zoom connect', args)).toEqual({message: '/zoom connect', args: {...args, connection_id: 'connection-of-this-tab'}});
        expect(hook('/zoom help', {...args, connection_id: 'known'}).args?.connection_id).toBe('known');
        expect(hook('/zoomer start', args).args).toBe(args);
        expect(hook('/jira create', args).args).toBe(args);
    });

    it('starts a meeting for a typed command, where it is typed, and opens its join page in this tab', async () => {
        const page = await openPage();
        const [hook] = page.registry.commandHooks;
        page.server.says('POST /plugins/zoom/api/v1/meetings', {json: {outcome: 'started', meeting_url: 'https://zoom.us/j/4', post_id: 'p'}});
        expect(hook('/zoom  start  Retro of\nthe week ', {channel_id: 'town', root_id: 'root'})).toEqual({});
        const again = hook('/zoom start', {channel_id: 'town', root_id: ''});
        expect(again.message, 'while a start is in progress, the server answers').toBe('/zoom start');
        await page.settle();
        expect(page.tabs).toEqual(['https://zoom.us/j/4']);
        const asked = page.server.asked.filter(({method}) => method === 'POST');
        expect(asked).toHaveLength(1);
        expect(asked[0].body).toMatchObject({channel_id: 'town', root_id: 'root', topic: 'Retro of\nthe week', identity: '', force: false});
    });

    it('runs in a Mattermost without the App Bar and the command hook', async () => {
        const warned = vi.spyOn(console, 'error');
        const page = await openPage({config: {configured: false}});
        delete page.registry.facade.registerAppBarComponent;
        page.server.says(config, {json: configured});
        page.registry.reconnected();
        await page.settle();
        expect(page.registry.headerButtons).toHaveLength(1);
        expect(warned).not.toHaveBeenCalled();
    });

    it('shows English texts rather than IDs in other languages', async () => {
        await openPage({locale: 'de'});
        expect(screen.getByTestId('header-tooltip')).toHaveTextContent('Start a Zoom meeting');
    });

    it('offers a provider in the message menus and at the composer while it is enabled', async () => {
        const page = await openPage({config: {providers: [{id: 'pagerduty', name: 'PagerDuty', word: 'pduty', can: ['trigger', 'search', 'note']}]}});
        const {registry, server} = page;
        expect([registry.messageActions.length, registry.composer.length]).toEqual([2, 1]);
        registry.reconnected();
        await page.settle();
        expect(registry.messageActions, 'asking again adds nothing twice').toHaveLength(2);

        const run = 'POST /plugins/zoom/api/v1/providers/pagerduty/run';
        server.says('GET /api/v4/posts/old', {json: {id: 'old', channel_id: 'other'}});
        server.says(run, {json: {notes: [{text: 'Which one?', buttons: []}]}});
        registry.messageActions[1].action('old');
        await page.settle();
        expect(server.askedFor(run).map(({body}) => body)).toEqual([{
            text: `note ${window.location.origin}/_redirect/pl/old`, channel_id: 'other', root_id: '',
        }]);

        server.says(config, {json: configured});
        registry.receive('custom_zoom_config_changed');
        await page.settle();
        expect([registry.messageActions.length, registry.composer.length]).toEqual([0, 0]);
    });

    it.each([
        ['the box of the channel, beside an open thread', {channelId: 'town', rootId: ''}, {channel_id: 'town', root_id: ''}],
        ['the box of a thread', {channelId: 'town', rootId: 'root'}, {channel_id: 'town', root_id: 'root'}],
        ['a box that does not say where it is', undefined, {channel_id: 'town', root_id: 'open'}],
    ])('runs what the user selects at %s there', async (_where, draft, place) => {
        const page = await openPage({config: {providers: [{id: 'pagerduty', name: 'PagerDuty', word: 'pduty', can: ['search']}]}});
        page.server.says('POST /plugins/zoom/api/v1/providers/pagerduty/run', {json: {}});
        page.change({views: {rhs: {selectedPostId: 'open', selectedChannelId: 'town', isSidebarOpen: true}}});
        render(<IntlProvider locale='en'>{React.createElement(page.registry.composer[0].component, {draft})}</IntlProvider>);
        await userEvent.click(screen.getByRole('button', {name: 'PagerDuty'}));
        await userEvent.click(screen.getByRole('menuitem'));
        await page.settle();
        expect(page.server.asked.at(-1)?.body).toEqual({text: 'search', ...place});
    });

    it('removes its stylesheet when it is disabled', async () => {
        const page = await openPage();
        expect(document.head.querySelectorAll('style')).toHaveLength(1);
        page.unload();
        expect(document.head.querySelectorAll('style')).toHaveLength(0);
    });
});
