import {act, fireEvent, screen, waitFor, within} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {afterEach, describe, expect, it, vi} from 'vitest';

import {openPage} from '../../testing/fake_page';
import type {Form, Provider} from '../../types/api';

const pagerDuty: Provider = {id: 'pagerduty', name: 'PagerDuty', word: 'pduty', can: ['trigger', 'search', 'note', 'configure']};
const api = '/plugins/zoom/api/v1';
const run = `POST ${api}/providers/pagerduty/run`;
const submit = `POST ${api}/window/submit`;
const press = `POST ${api}/window/press`;
const options = `POST ${api}/window/options`;

const blank = {help: '', placeholder: '', default: '', optional: false, max_length: 0, options: [], search: false};
const form: Form = {
    kind: 'raise',
    state: 'v1.sealed',
    title: 'Trigger incident',
    intro: 'See https://status.example.com first',
    submit: 'Trigger',
    fields: [
        {...blank, name: 'service', kind: 'select', label: 'Service', search: true, options: [{value: 'P1', label: 'Database', detail: 'Platform'}]},
        {...blank, name: 'title', kind: 'text', label: 'Title', help: 'What is broken?', max_length: 150},
        {...blank, name: 'urgency', kind: 'select', label: 'Urgency', default: 'high', options: [{value: 'high', label: 'High', detail: ''}, {value: 'low', label: 'Low', detail: ''}]},
        {...blank, name: 'details', kind: 'textarea', label: 'Details', optional: true},
        {...blank, name: 'page', kind: 'bool', label: 'Page', default: 'true', optional: true},
    ],
};

// Types a command into the message box.
async function typed(command: string, step: unknown = {form}) {
    const page = await openPage({config: {providers: [pagerDuty]}});
    page.server.says(run, {json: step});
    let passed: unknown;
    act(() => {
        passed = page.registry.commandHooks[0](command, {channel_id: 'town', root_id: 'root'});
    });
    await page.settle();
    return {page, passed, user: userEvent.setup()};
}

// The options that a field with a search shows.
const found = () => within(screen.getByRole('listbox')).queryAllByRole('option').map(({textContent}) => textContent);

afterEach(() => {
    delete window.PostUtils;
});

describe('A window of a provider', () => {
    it('shows a multiselect field as checkboxes, and sends the values joined by commas', async () => {
        const events = {
            ...blank, name: 'events', kind: 'multiselect', label: 'Events', default: 'started,failed',
            options: [{value: 'started', label: 'Started', detail: ''}, {value: 'passed', label: 'Passed', detail: ''}, {value: 'failed', label: 'Failed', detail: ''}],
        };
        const {page, user} = await typed('/pduty trigger', {form: {...form, fields: [events]}});
        const group = within(screen.getByRole('group', {name: /Events/}));
        expect(group.getByRole('checkbox', {name: 'Started'})).toHaveFocus();
        await user.click(group.getByRole('checkbox', {name: 'Started'}));
        await user.click(group.getByRole('checkbox', {name: 'Passed'}));
        page.server.says(submit, {json: {}});
        await user.click(screen.getByRole('button', {name: 'Trigger'}));
        await page.settle();
        expect(page.server.askedFor(submit)[0].body).toMatchObject({values: {events: 'passed,failed'}});
    });

    it('opens for a typed command, in the thread where it is typed', async () => {
        const {page, passed} = await typed('/PDuty trigger  Disk is full');
        expect(passed).toEqual({});
        expect(page.server.askedFor(run)[0].body).toEqual({text: 'trigger Disk is full', channel_id: 'town', root_id: 'root'});
        expect(screen.getByRole('dialog', {name: 'Trigger incident'})).toBeInTheDocument();
        expect(screen.getByRole('combobox', {name: 'Service *'})).toHaveFocus();
        expect(screen.getByRole('link', {name: 'https://status.example.com'})).toHaveAttribute('rel', 'noopener noreferrer');
    });

    it.each(['/pduty connect', '/pduty', '/pduty configure Web shop', '/other trigger', '/pduty triggers'])('leaves %s to the server', async (command) => {
        const {page, passed} = await typed(command);
        expect(passed).toEqual({message: command, args: {channel_id: 'town', root_id: 'root'}});
        expect(page.server.askedFor(run)).toEqual([]);
        expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    });

    it('sends the values, shows an error at its field, and continues with the server’s next step', async () => {
        const {page, user} = await typed('/pduty trigger');
        page.server.says(submit, {json: {errors: {title: 'Enter a title.'}}});
        await user.type(screen.getByRole('textbox', {name: 'Details'}), 'Since noon');
        await user.click(screen.getByRole('checkbox', {name: 'Page'}));
        await user.click(screen.getByRole('button', {name: 'Trigger'}));
        await page.settle();
        const title = screen.getByRole('textbox', {name: 'Title *'});
        expect(title).toHaveAccessibleDescription('What is broken? Enter a title.');
        expect(title).toBeInvalid();
        expect(title).toHaveFocus();
        expect(page.server.askedFor(submit)[0].body).toEqual({
            kind: 'raise', state: 'v1.sealed', channel_id: 'town', root_id: 'root',
            values: {service: '', title: '', urgency: 'high', details: 'Since noon', page: 'false'},
        });

        page.server.says(submit, {json: {notes: [{text: 'Incident triggered: #1', buttons: [{label: 'Acknowledge', primary: true, press: 'v1.ack'}]}]}});
        await user.type(title, 'Disk is full{Enter}');
        await page.settle();
        expect(screen.getByText('Incident triggered: #1')).toBeInTheDocument();
        expect(screen.queryByRole('textbox'), 'the form is gone').not.toBeInTheDocument();
        expect(screen.getByRole('dialog'), 'keys still reach the window').toHaveFocus();
        await user.keyboard('{Escape}');
        expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    });

    it('sends a clicked button of a note, and closes when the server has nothing more to show', async () => {
        const {page, user} = await typed('/pduty search', {notes: [{text: 'Which one?', buttons: [{label: '#1 Disk full', primary: false, press: 'v1.one'}]}]});
        page.server.says(press, {json: {}});
        await user.click(screen.getByRole('button', {name: '#1 Disk full'}));
        await page.settle();
        expect(page.server.askedFor(press)[0].body).toEqual({press: 'v1.one', channel_id: 'town', root_id: 'root'});
        expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    });

    it('shows why a request failed, and keeps what the user typed', async () => {
        const {page, user} = await typed('/pduty trigger');
        await user.type(screen.getByRole('textbox', {name: 'Title *'}), 'Disk is full');
        page.server.says(submit, {status: 403, json: {error: {code: 'provider_forbidden', message: 'You don’t have permission to do this in PagerDuty.'}}});
        await user.click(screen.getByRole('button', {name: 'Trigger'}));
        await page.settle();
        expect(within(screen.getByRole('dialog')).getByRole('alert')).toHaveTextContent('You don’t have permission to do this in PagerDuty.');
        expect(screen.getByRole('textbox', {name: 'Title *'})).toHaveValue('Disk is full');
        page.server.says(submit, {gone: true});
        await user.click(screen.getByRole('button', {name: 'Trigger'}));
        await page.settle();
        expect(within(screen.getByRole('dialog')).getByRole('alert')).toHaveTextContent('The server didn\'t answer');
    });

    it('shows that it is busy, and sends nothing twice', async () => {
        const {page, user} = await typed('/pduty trigger');
        const release = page.server.hold();
        page.server.says(submit, {json: {errors: {title: 'x'}}});
        const button = screen.getByRole('button', {name: 'Trigger'});
        await user.click(button);
        await user.click(button);
        expect(button).toHaveAttribute('aria-busy', 'true');
        const details = screen.getByRole('textbox', {name: 'Details'});
        details.focus();
        await user.keyboard('x');
        expect(details, 'it ignores input but keeps the focus, because the page would take the keys otherwise').toHaveFocus();
        expect(details).toHaveValue('');
        await user.click(screen.getByRole('checkbox', {name: 'Page'}));
        expect(screen.getByRole('checkbox', {name: 'Page'})).toBeChecked();
        await user.selectOptions(screen.getByRole('combobox', {name: 'Urgency *'}), 'low');
        expect(screen.getByRole('combobox', {name: 'Urgency *'})).toHaveValue('high');
        release();
        await page.settle();
        expect(page.server.askedFor(submit)).toHaveLength(1);
        expect(button).toHaveAttribute('aria-busy', 'false');
    });

    it('keeps the focus inside, and returns it when Escape closes the window', async () => {
        const before = document.body.appendChild(document.createElement('button'));
        before.focus();
        const {user} = await typed('/pduty trigger');
        await user.tab({shift: true});
        await user.tab({shift: true});
        expect(screen.getByRole('button', {name: 'Close'})).toHaveFocus();
        await user.tab({shift: true});
        expect(screen.getByRole('button', {name: 'Trigger'})).toHaveFocus();
        await user.tab();
        expect(screen.getByRole('button', {name: 'Close'})).toHaveFocus();
        await user.keyboard('{Escape}');
        expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
        expect(before).toHaveFocus();
        before.remove();
    });

    it('hides typed keys from the page, which would take them for a message', async () => {
        const {page, user} = await typed('/pduty trigger', {notes: [{text: 'Which one?', buttons: [{label: 'This one', primary: true, press: 'v1.x'}]}]});
        const message = document.body.appendChild(document.createElement('textarea'));
        const takes = vi.fn(() => message.focus());
        document.addEventListener('keydown', takes);
        screen.getByRole('button', {name: 'This one'}).focus();
        await user.keyboard('abc');
        await user.click(screen.getByRole('dialog').parentElement as Element);
        document.removeEventListener('keydown', takes);
        expect(takes).not.toHaveBeenCalled();
        expect(message).toHaveValue('');
        message.remove();
        await page.settle();
    });

    it('takes the focus back from the page, but not from another window on top of it', async () => {
        await typed('/pduty trigger');
        const service = screen.getByRole('combobox', {name: 'Service *'});
        expect(service).toHaveFocus();
        const message = document.body.appendChild(document.createElement('textarea'));
        act(() => message.focus());
        expect(service).toHaveFocus();
        const above = document.body.appendChild(document.createElement('div'));
        above.setAttribute('role', 'dialog');
        const button = above.appendChild(document.createElement('button'));
        act(() => button.focus());
        expect(button).toHaveFocus();
        message.remove();
        above.remove();
    });

    it('ignores clicks outside it once the user has typed something', async () => {
        const {user} = await typed('/pduty trigger');
        await user.type(screen.getByRole('textbox', {name: 'Title *'}), 'x');
        await user.click(screen.getByRole('dialog').parentElement as Element);
        expect(screen.getByRole('dialog')).toBeInTheDocument();
    });

    it('shows texts the way Mattermost shows messages, if Mattermost offers that', async () => {
        window.PostUtils = {formatText: (text) => `<p>${text}</p>`, messageHtmlToComponent: (html) => `drawn: ${html}`};
        await typed('/pduty trigger');
        expect(screen.getByText('drawn: <p>See https://status.example.com first</p>')).toBeInTheDocument();
    });
});

describe('A field with a search', () => {
    it('searches on the server, and shows the results', async () => {
        const {page, user} = await typed('/pduty trigger');
        page.server.says(options, {json: {options: [{value: 'P2', label: 'Web shop', detail: 'Shop team'}, {value: 'P3', label: 'Web mail', detail: ''}]}});
        const service = screen.getByRole('combobox', {name: 'Service *'});
        await user.type(service, 'web{Enter}');
        expect(service, 'nothing is selected before the results arrive').toHaveValue('web');
        await waitFor(() => expect(found()).toEqual(['Web shopShop team', 'Web mail']));
        expect(page.server.askedFor(options).map(({body}) => body), 'one request for a word').toEqual([{
            kind: 'raise', state: 'v1.sealed', field: 'service', term: 'web', channel_id: 'town', root_id: 'root',
        }]);
        await user.keyboard('{ArrowDown}{ArrowUp}{Enter}');
        expect(service).toHaveValue('Web shop');
        expect(screen.queryByRole('listbox')).not.toBeInTheDocument();
        page.server.says(submit, {json: {}});
        await user.click(screen.getByRole('button', {name: 'Trigger'}));
        await page.settle();
        expect(page.server.askedFor(submit)[0].body.values).toMatchObject({service: 'P2'});
    });

    it('says that there are no results, or that the search failed; Escape closes only its list', async () => {
        const {page, user} = await typed('/pduty trigger');
        page.server.says(options, {json: {options: []}});
        const service = screen.getByRole('combobox', {name: 'Service *'});
        await user.type(service, 'no');
        expect(await screen.findByText('No results')).toBeInTheDocument();
        page.server.says(options, {gone: true});
        await user.type(service, 'pe');
        expect(await screen.findByText('Search failed. Keep typing to try again.')).toBeInTheDocument();
        await user.keyboard('{Escape}');
        expect(screen.queryByRole('listbox')).not.toBeInTheDocument();
        expect(screen.getByRole('dialog')).toBeInTheDocument();
        expect(service).toHaveValue('');
    });

    it('ignores the results of an earlier search', async () => {
        vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
        const {page} = await typed('/pduty trigger');
        const service = screen.getByRole('combobox', {name: 'Service *'});
        const release = page.server.hold();
        page.server.says(options, {json: {options: [{value: 'P8', label: 'Older', detail: ''}]}});
        fireEvent.change(service, {target: {value: 'o'}});
        act(() => void vi.advanceTimersByTime(300));
        page.server.says(options, {json: {options: [{value: 'P9', label: 'Newer', detail: ''}]}});
        fireEvent.change(service, {target: {value: 'ok'}});
        act(() => void vi.advanceTimersByTime(300));
        release();
        await page.settle();
        expect(found()).toEqual(['Newer']);
        vi.useRealTimers();
    });
});
