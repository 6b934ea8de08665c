import {screen, within} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {afterEach, describe, expect, it} from 'vitest';

import {openPage} from '../../testing/fake_page';
import {lookingAtTownSquare, nineOhFour} from '../../testing/fixtures';
import type {Post} from '../../types/mattermost-webapp';

const clickOn = (action: string) => `POST /api/v4/posts/card/actions/${action}`;

const post: Post = {
    id: 'card',
    user_id: 'zoom',
    channel_id: 'town',
    root_id: '',
    create_at: nineOhFour,
    type: 'custom_zoom_card',
    message: '',
    props: {
        card: {footer: 'Sentry · acme', at: nineOhFour},
        attachments: [{
            color: '#D00000',
            title: '🔴 New · ValueError',
            title_link: 'https://sentry.example.com/issues/1',
            author_name: 'Ada',
            text: 'discount twice',
            footer: 'Sentry · acme · 2026-03-02, 09:04 UTC',
            fields: [{title: 'Level', value: 'error', short: true}, {title: 'Culprit', value: 'shop.cart', short: false}],
            actions: [
                {id: 'resolve', name: 'Resolve', style: 'primary', type: 'button'},
                {id: 'archive', name: 'Archive', type: 'select', options: [{text: 'Forever', value: 'ever'}]},
                {id: 'zoom', name: 'Start Zoom meeting', type: 'button'},
            ],
        }],
    },
};

async function show(changed: Partial<Post> = {}, inThread = false, state = lookingAtTownSquare()) {
    const page = await openPage({posts: [{...post, ...changed}], inThread, state});
    return {page, card: within(screen.getByTestId('card')), user: userEvent.setup()};
}

afterEach(() => {
    delete window.PostUtils;
});

describe('A card', () => {
    it('shows everything, with the time in the reader’s own time zone', async () => {
        const {card} = await show();
        expect(card.getByRole('link', {name: '🔴 New · ValueError'})).toHaveAttribute('href', 'https://sentry.example.com/issues/1');
        expect(card.getByText('discount twice')).toBeInTheDocument();
        expect(card.getByText('Mar 2, 2026, 10:04 AM')).toHaveAttribute('datetime', '2026-03-02T09:04:00.000Z');
        expect(card.queryByText(/UTC/)).not.toBeInTheDocument();
        expect(card.getAllByRole('term').map(({textContent}) => textContent)).toEqual(['Level', 'Culprit']);
    });

    it.each([
        ['12-hour clock', 'false', 'Europe/Paris', 'Since 10:04 AM', 'Mar 2, 2026, 10:04 AM', 'Mar 2, 2026'],
        ['24-hour clock', 'true', 'Europe/Paris', 'Since 10:04', 'Mar 2, 2026, 10:04', 'Mar 2, 2026'],
        ['zone on the day before', 'false', 'Pacific/Honolulu', 'Since 11:04 PM', 'Mar 1, 2026, 11:04 PM', 'Mar 1, 2026'],
    ])('writes the times in its texts for the reader (%s)', async (_name, military, zone, message, text, date) => {
        const state = lookingAtTownSquare();
        state.entities.users.profiles.alice = {timezone: {useAutomaticTimezone: 'false', manualTimezone: zone}};
        state.entities.preferences.myPreferences['display_settings--use_military_time'] = {value: military};
        const props = {
            attachments: [{
                title: 'Incident',
                text: 'Snoozed until 2026-03-02 09:04 UTC, not 2026-03-02 09:05 UTC',
                fields: [{title: 'Opened', value: '2026-03-02 UTC', short: true}],
            }],
            times: [
                {text: '2026-03-02 UTC', at: nineOhFour, style: 'date'},
                {text: '09:04 UTC', at: nineOhFour, style: 'time'},
                {text: '2026-03-02 09:04 UTC', at: nineOhFour, style: 'datetime'},
            ],
        };
        const {card} = await show({message: 'Since 09:04 UTC', props}, false, state);
        expect(card.getByText(message)).toBeInTheDocument();
        expect(card.getByText(`Snoozed until ${text}, not 2026-03-02 09:05 UTC`)).toBeInTheDocument();
        expect(card.getByText(date)).toBeInTheDocument();
    });

    it('has Mattermost show mentions in its texts, by the names that the reader’s settings say', async () => {
        window.PostUtils = {
            formatText: (text, options) => (options?.atMentions ? text.replace('@bob', '<mention of bob>') : text),
            messageHtmlToComponent: (html, options) => `${html}${options?.mentions ? '' : ' without mentions'}`,
        };
        const {card} = await show({props: {attachments: [{title: 'Incident', text: 'For @bob', fields: [{title: 'By', value: '@bob', short: true}]}]}});
        expect(card.getByText('For <mention of bob>')).toBeInTheDocument();
        expect(card.getByText('<mention of bob>')).toBeInTheDocument();
    });

    it('keeps its menus separate from its buttons', async () => {
        const {card} = await show();
        const buttons = card.getByRole('button', {name: 'Resolve'}).parentElement;
        expect(buttons).toContainElement(card.getByRole('button', {name: 'Start Zoom meeting'}));
        expect(buttons).not.toContainElement(card.getByRole('combobox', {name: 'Archive'}));
    });

    it.each([[false, '', 'ever'], [true, 'in-thread/', 'in-thread/ever']])('sends what the user clicks, and whether in the thread (%s)', async (inThread, clicked, selected) => {
        const {page, card, user} = await show({}, inThread);
        page.server.says(clickOn('resolve'), {json: {status: 'OK', trigger_id: 't'}});
        page.server.says(clickOn('archive'), {json: {status: 'OK'}});
        await user.click(card.getByRole('button', {name: 'Resolve'}));
        await page.settle();
        await user.selectOptions(card.getByRole('combobox', {name: 'Archive'}), 'Forever');
        await page.settle();
        expect(page.server.askedFor(clickOn('resolve'))[0].body).toEqual({selected_option: clicked});
        expect(page.server.askedFor(clickOn('archive'))[0].body).toEqual({selected_option: selected});
        expect(card.getByRole('alert')).toBeEmptyDOMElement();
    });

    it('says so if the server doesn’t answer', async () => {
        const {page, card, user} = await show();
        page.server.says(clickOn('resolve'), {gone: true});
        await user.click(card.getByRole('button', {name: 'Resolve'}));
        await page.settle();
        expect(card.getByRole('alert')).toHaveTextContent('The server didn\'t answer.');
    });

    it('that a user forged links to no script, and breaks nothing', async () => {
        const {card} = await show({props: {card: 7, attachments: [{title: 'Trap', title_link: 'javascript:alert(1)', color: 'url(x)', fields: 'x', actions: [null, {id: 1}]}]}});
        expect(card.getByText('Trap')).toBeInTheDocument();
        expect(card.queryByRole('link')).not.toBeInTheDocument();
        expect(card.queryByRole('button')).not.toBeInTheDocument();
    });

    it('without an attachment shows the message', async () => {
        const {card} = await show({message: 'Only words', props: {attachments: []}});
        expect(card.getByText('Only words')).toBeInTheDocument();
    });
});
