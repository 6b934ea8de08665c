import {render, screen} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import {IntlProvider} from 'react-intl';
import {describe, expect, it, vi} from 'vitest';

import {Setup} from './setup';

import {Refused, Unreachable} from '../../client';
import type {Client} from '../../client';
import {english} from '../../i18n';
import {setup} from '../../testing/fixtures';

function open(ask: Client['setup']) {
    render(
        <IntlProvider
            locale='en'
            messages={english}
        >
            <Setup client={{setup: ask} as Client}/>
        </IntlProvider>,
    );
}

describe('An admin who sets up the plugin', () => {
    it('sees the URLs to enter in Zoom and copies one', async () => {
        const user = userEvent.setup();
        open(async () => setup);

        expect(await screen.findByRole('textbox', {name: 'Redirect URL for OAuth'})).toHaveValue(setup.redirect_url);
        expect(screen.getByRole('textbox', {name: 'Deauthorization notification endpoint URL'})).toHaveValue(setup.deauthorization_url);
        await user.click(screen.getByRole('button', {name: 'Copy: Event notification endpoint URL'}));

        expect(await navigator.clipboard.readText()).toBe(setup.webhook_url);
        expect(screen.getByRole('button', {name: 'Copy: Event notification endpoint URL'})).toHaveTextContent('Copied');
    });

    it('can copy on a site without TLS, where the browser has no clipboard API', async () => {
        const user = userEvent.setup();
        vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('not allowed'));
        document.execCommand = vi.fn(() => true);
        open(async () => setup);
        await user.click(await screen.findByRole('button', {name: 'Copy: Redirect URL for OAuth'}));
        expect(document.execCommand).toHaveBeenCalledWith('copy');
    });

    it('sees what is OK, what to note, and what is left to do', async () => {
        open(async () => setup);
        const points = await screen.findAllByRole('listitem');
        expect(points.map((point) => point.textContent)).toEqual([
            'OKThe client ID is set.',
            'NoteThe site is served without TLS.Zoom calls only https addresses.',
            'To doThe webhook secret token is blank.Copy the Secret Token from your Zoom app.',
        ]);
    });

    it('checks again after saving, and hears the result', async () => {
        const ask = vi.fn(async () => setup);
        open(ask);
        await userEvent.click(await screen.findByRole('button', {name: 'Check again'}));
        expect(ask).toHaveBeenCalledTimes(2);
        expect(await screen.findByText('Self-check finished: 1 OK, 2 need attention.')).toBeInTheDocument();
    });

    it.each([
        ['in the server’s words', new Refused({code: 'forbidden', message: 'Only system admins can see this.'}), 'Only system admins can see this.'],
        ['in the plugin’s own words if the server is silent', new Unreachable('502'), 'The server didn\'t answer.'],
    ])('reads %s why a check failed, and still sees the earlier result', async (_how, error, words) => {
        const ask = vi.fn<Client['setup']>(async () => setup);
        open(ask);
        await screen.findAllByRole('listitem');
        ask.mockRejectedValueOnce(error);
        await userEvent.click(screen.getByRole('button', {name: 'Check again'}));
        expect(await screen.findByRole('alert')).toHaveTextContent(words);
        expect(screen.getAllByRole('listitem')).toHaveLength(3);
    });
});
