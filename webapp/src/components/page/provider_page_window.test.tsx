import {act, screen} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {describe, expect, it} from 'vitest';

import {openPage} from '../../testing/fake_page';
import type {Provider, ProviderPage} from '../../types/api';

const pagerDuty: Provider = {id: 'pagerduty', name: 'PagerDuty', word: 'pduty', can: ['trigger', 'configure']};
const page = 'GET /plugins/zoom/api/v1/providers/pagerduty/page?channel_id=town';
const press = 'POST /plugins/zoom/api/v1/window/press';
const submit = 'POST /plugins/zoom/api/v1/window/submit';

const setUp: ProviderPage = {
    id: 'pagerduty',
    name: 'PagerDuty',
    word: 'pduty',
    tabs: [
        {
            id: 'service',
            title: 'Service',
            intro: 'This channel’s subscriptions.',
            items: [{title: 'acme', url: 'https://acme.pagerduty.com', details: ['Connected by alice'], buttons: [{label: 'Disconnect', primary: false, press: 'v1.end'}]}],
            buttons: [{label: 'Connect this channel', primary: true, press: 'v1.connect'}],
        },
        {id: 'notifications', title: 'Incidents', intro: '', items: [{title: 'acme / 1', url: 'javascript:alert(1)', details: ['Events: Triggered'], buttons: [{label: 'Change', primary: false, press: 'v1.change'}]}], buttons: []},
        {id: 'oncall', title: 'On call', intro: 'No rotations yet.', items: [], buttons: []},
    ],
};

async function opened(answer: unknown = setUp) {
    const shown = await openPage({config: {providers: [pagerDuty]}});
    shown.server.says(page, {json: answer});
    act(() => void shown.registry.commandHooks[0]('/pduty configure', {channel_id: 'town', root_id: ''}));
    await shown.settle();
    return {shown, user: userEvent.setup()};
}

describe('The page of a provider', () => {
    it('has tabs that arrow keys move through', async () => {
        const {user} = await opened();
        expect(screen.getByRole('dialog', {name: 'PagerDuty in this channel'})).toBeInTheDocument();
        expect(screen.getByRole('tabpanel', {name: 'Service'})).toHaveTextContent('Connected by alice');
        expect(screen.getByRole('link', {name: 'acme'})).toHaveAttribute('href', 'https://acme.pagerduty.com/');
        screen.getByRole('tab', {name: 'Service'}).focus();
        await user.keyboard('{ArrowRight}');
        expect(screen.getByRole('tab', {name: 'Incidents'})).toHaveFocus();
        expect(screen.getByRole('tabpanel', {name: 'Incidents'})).toHaveTextContent('Events: Triggered');
        expect(screen.queryByRole('link'), 'a URL that is not http or https is no link').not.toBeInTheDocument();
        await user.keyboard('{ArrowLeft}{ArrowLeft}');
        expect(screen.getByRole('tabpanel', {name: 'On call'})).toHaveTextContent('No rotations yet.');
    });

    it('shows a form in its own place, and reloads afterwards', async () => {
        const {shown, user} = await opened();
        await user.click(screen.getByRole('tab', {name: 'Incidents'}));
        shown.server.says(press, {json: {form: {
            kind: 'configure_form', state: 'v1.s', title: 'Configure', intro: '', submit: 'Save',
            fields: [{name: 'rule_name', kind: 'text', label: 'Name', help: '', placeholder: '', default: '1', optional: true, max_length: 64, options: [], search: false}],
        }}});
        await user.click(screen.getByRole('button', {name: 'Change: acme / 1'}));
        await shown.settle();
        expect(screen.getByRole('dialog', {name: 'Configure'})).toBeInTheDocument();
        expect(screen.queryByRole('tab')).not.toBeInTheDocument();
        shown.server.says(submit, {json: {notes: [{text: 'Saved.', buttons: []}]}});
        await user.type(screen.getByRole('textbox', {name: 'Name'}), '{Backspace}Urgent{Enter}');
        await shown.settle();
        expect(screen.getByText('Saved.')).toBeInTheDocument();
        shown.server.says(page, {json: {...setUp, tabs: setUp.tabs.map((tab) => ({...tab, intro: 'Reloaded'}))}});
        await user.click(screen.getAllByRole('button', {name: 'Close'})[1]);
        await shown.settle();
        expect(screen.getByRole('tabpanel', {name: 'Incidents'})).toHaveTextContent('Reloaded');
        await user.keyboard('{Escape}');
        expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    });

    it('returns from a question', async () => {
        const {shown, user} = await opened();
        shown.server.says(press, {json: {notes: [{text: 'Disconnect acme?', buttons: [{label: 'Disconnect', primary: true, press: 'v1.yes'}]}]}});
        await user.click(screen.getByRole('button', {name: 'Disconnect: acme'}));
        await shown.settle();
        expect(screen.getByText('Disconnect acme?')).toBeInTheDocument();
        await user.click(screen.getByRole('button', {name: 'Back to PagerDuty'}));
        await shown.settle();
        expect(screen.getByRole('tabpanel', {name: 'Service'})).toBeInTheDocument();
        expect(shown.server.askedFor(page)).toHaveLength(2);
    });

    it('shows why it failed to load, and tries again', async () => {
        const {shown, user} = await opened();
        await user.keyboard('{Escape}');
        shown.server.says(page, {status: 403, json: {error: {code: 'no_post', message: 'You can’t post here.'}}});
        act(() => void shown.registry.commandHooks[0]('/pduty configure', {channel_id: 'town', root_id: ''}));
        await shown.settle();
        expect(screen.getByText('You can’t post here.')).toBeInTheDocument();
        shown.server.says(page, {json: setUp});
        await user.click(screen.getByRole('button', {name: 'Try again'}));
        await shown.settle();
        expect(screen.getByRole('tab', {name: 'Service'})).toBeInTheDocument();
    });
});
