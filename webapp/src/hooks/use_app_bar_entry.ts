import {useEffect} from 'react';
import {useSelector} from 'react-redux';

import {useStartLabel} from './use_start_label';

import providersIcon from '../../../assets/providers.svg?inline';
import {useText} from '../components/common/text';
import {pluginId} from '../manifest';
import type {GlobalState} from '../types/mattermost-webapp';

// All entries of a plugin have the same id in the web app.
const entries = `[id="app-bar-icon-${pluginId}"]`;

/**
 * Mends our App Bar entries. The web app draws each as an image named after the plugin's id inside an element with the role
 * of a button; it shows no progress, and Enter and Space do nothing. This gives them their names, the start its busy state,
 * and both their keys.
 */
export function useAppBarEntry() {
    const {label, busy} = useStartLabel();
    const sidebarLabel = useText()('zoom.sidebar.title');

    // Read only to run again when the web app has drawn or dropped entries.
    useSelector((state: GlobalState) => state.plugins?.components?.AppBar);

    useEffect(() => {
        const describe = () => document.querySelectorAll(entries).forEach((entry) => {
            if (entry.querySelector('img')?.getAttribute('src') === providersIcon) {
                describeEntry(entry, 'tools', sidebarLabel, false);
            } else {
                describeEntry(entry, 'start', label, busy);
            }
        });
        describe();

        // The App Bar may have been drawn anew meanwhile, for example after a look at another product.
        document.addEventListener('focusin', describe);
        return () => document.removeEventListener('focusin', describe);
    });

    useEffect(() => {
        document.addEventListener('keydown', press);
        return () => document.removeEventListener('keydown', press);
    }, []);
}

function describeEntry(entry: Element, what: 'start' | 'tools', label: string, busy: boolean) {
    const button = entry.querySelector('[role="button"]') ?? entry;
    entry.setAttribute('data-zoom-entry', what);
    entry.setAttribute('data-zoom-busy', String(busy));
    button.setAttribute('aria-label', label);
    button.setAttribute('aria-busy', String(busy));
}

function press(event: KeyboardEvent) {
    const target = event.target instanceof Element ? event.target : null;
    const entry = target?.closest<HTMLElement>(entries);

    // A real button, should a later web app have one there, handles its keys itself.
    if (!entry || target?.tagName === 'BUTTON' || event.defaultPrevented || (event.key !== 'Enter' && event.key !== ' ')) {
        return;
    }
    event.preventDefault();

    // A key that is held down is one press, as on a real button.
    if (!event.repeat) {
        entry.click();
    }
}
