import {useEffect} from 'react';
import {useSelector} from 'react-redux';

import {useStartLabel} from './use_start_label';
import styles from './use_app_bar_entry.css?inline';

import providersIcon from '../../../assets/providers.svg?inline';
import {useText} from '../components/common/text';
import {pluginId} from '../manifest';
import {addStyles} from '../styles';
import type {GlobalState} from '../types/mattermost-webapp';

addStyles(styles);

// Mattermost gives all App Bar entries of a plugin the same ID.
const entries = `[id="app-bar-icon-${pluginId}"]`;

/**
 * Makes the plugin's App Bar entries accessible. Mattermost draws each as an image, named after the plugin's ID, inside an element
 * with the role of a button that ignores Enter and Space. This hook adds names, keyboard support, and the start entry's busy state.
 */
export function useAppBarEntry() {
    const {label, busy} = useStartLabel();
    const sidebarLabel = useText()('zoom.sidebar.title');

    // Selected only to run again after Mattermost adds or removes entries.
    useSelector((state: GlobalState) => state.plugins?.components?.AppBar);

    useEffect(() => {
        const describe = () => document.querySelectorAll(entries).forEach((entry) => {
            if (entry.querySelector('img')?.getAttribute('src') === providersIcon) {
                describeEntry(entry, 'providers', sidebarLabel, false);
            } else {
                describeEntry(entry, 'start', label, busy);
            }
        });
        describe();

        // Mattermost may have redrawn the App Bar, for example after a visit to another product.
        document.addEventListener('focusin', describe);
        return () => document.removeEventListener('focusin', describe);
    });

    useEffect(() => {
        document.addEventListener('keydown', handleKey);
        return () => document.removeEventListener('keydown', handleKey);
    }, []);
}

function describeEntry(entry: Element, what: 'start' | 'providers', label: string, busy: boolean) {
    const button = entry.querySelector('[role="button"]') ?? entry;
    entry.setAttribute('data-zoom-entry', what);
    entry.setAttribute('data-zoom-busy', String(busy));
    button.setAttribute('aria-label', label);
    button.setAttribute('aria-busy', String(busy));
}

function handleKey(event: KeyboardEvent) {
    const target = event.target instanceof Element ? event.target : null;
    const entry = target?.closest<HTMLElement>(entries);

    // A real button, which a later Mattermost may have there, handles its keys itself.
    if (!entry || target?.tagName === 'BUTTON' || event.defaultPrevented || (event.key !== 'Enter' && event.key !== ' ')) {
        return;
    }
    event.preventDefault();

    // Holding a key down counts once, as it does on a real button.
    if (!event.repeat) {
        entry.click();
    }
}
