import {render, screen} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import {IntlProvider} from 'react-intl';
import {describe, expect, it, vi} from 'vitest';

import {ComposerMenu} from './composer_menu';

import {english} from '../../i18n';
import type {Provider} from '../../types/api';

const pagerDuty: Provider = {id: 'pagerduty', name: 'PagerDuty', word: 'pduty', can: ['trigger', 'search', 'note']};

function show(provider = pagerDuty) {
    const onSelect = vi.fn();
    render(
        <IntlProvider
            locale='en'
            messages={english}
        >
            <ComposerMenu
                provider={provider}
                onSelect={onSelect}
            />
        </IntlProvider>,
    );
    return onSelect;
}

describe('The button at the composer', () => {
    it('opens a menu that works with the keyboard alone', async () => {
        const user = userEvent.setup();
        const onSelect = show();
        await user.tab();
        await user.keyboard('{Enter}');
        expect(screen.getByRole('menuitem', {name: 'Trigger incident'})).toHaveFocus();
        await user.keyboard('{ArrowDown}');
        expect(screen.getByRole('menuitem', {name: 'Search PagerDuty'})).toHaveFocus();
        await user.keyboard('{Enter}');
        expect(onSelect).toHaveBeenCalledExactlyOnceWith('search');
        expect(screen.queryByRole('menu')).not.toBeInTheDocument();
        expect(screen.getByRole('button', {name: 'PagerDuty'})).toHaveFocus();
    });

    it('closes without an action', async () => {
        const user = userEvent.setup();
        const onSelect = show();
        const button = screen.getByRole('button', {name: 'PagerDuty'});
        await user.click(button);
        await user.keyboard('{Escape}');
        expect(screen.queryByRole('menu')).not.toBeInTheDocument();
        await user.click(button);
        await user.click(document.body);
        expect(screen.queryByRole('menu')).not.toBeInTheDocument();
        expect(onSelect).not.toHaveBeenCalled();
    });
});
