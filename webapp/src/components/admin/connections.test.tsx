import {render, screen} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import {IntlProvider} from 'react-intl';
import {describe, expect, it, vi} from 'vitest';

import {Connections} from './connections';

import {Refused, Unreachable} from '../../client';
import type {Client} from '../../client';
import {english} from '../../i18n';
import {overview} from '../../testing/fixtures';

function open(ask: Client['overview']) {
    render(
        <IntlProvider
            locale='en'
            messages={english}
        >
            <Connections client={{overview: ask} as Client}/>
        </IntlProvider>,
    );
}

describe('An admin who looks at all connections', () => {
    it('sees how each does, where it is, and who made it', async () => {
        open(async () => overview);
        const lines = await screen.findAllByRole('listitem');
        expect(lines.map((line) => line.textContent)).toEqual([
            'OKJenkins: ciin ~townconnected by @ada, yesterday',
            'To doSentry: acme2 failures in 24 hours',
        ]);
        expect(screen.getByRole('link', {name: 'acme'})).toHaveAttribute('href', 'https://acme.sentry.io');
        expect(screen.getByRole('status')).toHaveTextContent('41 connections, page 2 of 3');
    });

    it('looks for some of them, and turns pages', async () => {
        const ask = vi.fn(async () => overview);
        const user = userEvent.setup();
        open(ask);
        await user.click(await screen.findByRole('button', {name: 'Next page'}));
        expect(ask).toHaveBeenLastCalledWith({text: '', failing: false, page: 3});
        await user.click(await screen.findByRole('button', {name: 'Previous page'}));
        expect(ask).toHaveBeenLastCalledWith({text: '', failing: false, page: 1});
        await user.type(screen.getByRole('textbox', {name: 'Name, site or provider'}), 'ci{Enter}');
        expect(ask).toHaveBeenLastCalledWith({text: 'ci', failing: false, page: 1});
        await user.click(screen.getByRole('checkbox', {name: 'Only with failures in 24 hours'}));
        expect(ask).toHaveBeenLastCalledWith({text: 'ci', failing: true, page: 1});
        await user.click(screen.getByRole('button', {name: 'Show'}));
        expect(ask).toHaveBeenCalledTimes(6);
    });

    it('sees that there are none', async () => {
        open(async () => ({all: 0, page: 1, pages: 1, connections: []}));
        expect(await screen.findByText('No connections match.')).toBeInTheDocument();
        expect(screen.queryByRole('button', {name: 'Next page'})).not.toBeInTheDocument();
    });

    it.each([
        ['in the server’s words', new Refused({code: 'forbidden', message: 'Only system admins can see this.'}), 'Only system admins can see this.'],
        ['in the plugin’s own words if the server is silent', new Unreachable('502'), 'The server didn\'t answer.'],
    ])('reads %s why it failed, and still sees the earlier list', async (_how, error, words) => {
        const ask = vi.fn<Client['overview']>(async () => overview);
        open(ask);
        await screen.findAllByRole('listitem');
        ask.mockRejectedValueOnce(error);
        await userEvent.click(screen.getByRole('button', {name: 'Show'}));
        expect(await screen.findByRole('alert')).toHaveTextContent(words);
        expect(screen.getAllByRole('listitem')).toHaveLength(2);
    });
});
