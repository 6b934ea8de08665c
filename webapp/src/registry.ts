import React from 'react';

import {Connections} from './components/admin/connections';
import {Setup} from './components/admin/setup';
import {Text} from './components/common/text';
import {ProviderSidebar} from './components/sidebar/provider_sidebar';
import {ComposerMenu, isForComposer} from './components/provider/composer_menu';
import {CardPost} from './components/card/card_post';
import {MenuText} from './components/provider/menu_text';
import {ProvidersHeaderIcon} from './components/provider/provider_icon';
import {ProviderWindows} from './components/window/provider_window';
import {ChannelHeaderIcon} from './components/zoom/channel_header_icon';
import {MeetingPost} from './components/zoom/meeting_post';
import {startTooltip} from './components/zoom/start_tooltip';
import {StatusArea} from './components/zoom/status_area';
import {translationsFor} from './i18n';
import type {TextId} from './i18n';
import type {Client} from './client';
import type {Actions} from './store/actions';
import {reducer} from './store/reducer';
import type {Provider} from './types/api';
import type {PluginRegistry, PostEditorProps, PostTypeProps, Store} from './types/mattermost-webapp';

import appBarIcon from '../../assets/icon.svg?inline';
import providersIcon from '../../assets/providers.svg?inline';

/** Registers what an unconfigured plugin needs too: old posts must render, and the admin must reach the setup. */
export function registerAlways(registry: PluginRegistry, actions: Actions, client: Client) {
    registry.registerReducer(reducer);
    registry.registerTranslations(translationsFor);
    registry.registerRootComponent(() => React.createElement(StatusArea, {actions}));
    registry.registerRootComponent(() => React.createElement(ProviderWindows, {client, actions}));
    registry.registerPostTypeComponent('custom_zoom', (props: PostTypeProps) => React.createElement(MeetingPost, {...props, actions}));
    registry.registerPostTypeComponent('custom_zoom_card', (props: PostTypeProps) => React.createElement(CardPost, {...props, actions}));
    registry.registerAdminConsoleCustomSetting('Setup', () => React.createElement(Setup, {client}), {showTitle: true});
    registry.registerAdminConsoleCustomSetting('Connections', () => React.createElement(Connections, {client}), {showTitle: true});
}

/** Returns a function that adds the enabled providers to the message menus and the message composer, and removes all others. */
export function newProviderEntries(registry: PluginRegistry, actions: Actions): (providers: Provider[]) => void {
    let shown = '';
    let ids: string[] = [];
    return (providers) => {
        if (JSON.stringify(providers) === shown) {
            return;
        }
        shown = JSON.stringify(providers);
        ids.forEach((id) => registry.unregisterComponent(id));
        ids = providers.flatMap((provider) => providerEntries(registry, actions, provider));
    };
}

function providerEntries(registry: PluginRegistry, actions: Actions, provider: Provider): string[] {
    const ids: Array<string | undefined> = [];
    const onMessage = (word: 'trigger' | 'note', id: TextId) => {
        if (provider.can.includes(word)) {
            const text = React.createElement(MenuText, {id, provider: provider.name});
            ids.push(registry.registerPostDropdownMenuAction?.(text, (postId) => actions.openWindowAbout(provider, word, postId)));
        }
    };
    onMessage('trigger', 'zoom.provider.trigger_from');
    onMessage('note', 'zoom.provider.share');
    if (!isForComposer(provider)) {
        return ids.filter((id) => id !== undefined);
    }
    const Composer = ({draft}: PostEditorProps) => React.createElement(ComposerMenu, {provider, onSelect: (word: string) => actions.openWindow(provider, word, draft)});
    ids.push(registry.registerPostEditorActionComponent?.(Composer));
    return ids.filter((id) => id !== undefined);
}

/** Returns a function that shows or hides the start buttons. They are hidden while every start would fail. */
export function newStartEntries(registry: PluginRegistry, actions: Actions): (shown: boolean) => void {
    let ids: string[] = [];
    return (shown) => {
        if (shown && ids.length === 0) {
            // Mattermost shows the App Bar entry, or the header button if the App Bar is off.
            ids = [registry.registerChannelHeaderButtonAction(React.createElement(ChannelHeaderIcon), actions.startHere, startTooltip(), startTooltip())];
            if (registry.registerAppBarComponent) {
                ids.push(registry.registerAppBarComponent(appBarIcon, actions.startHere, startTooltip()));
            }
        } else if (!shown) {
            ids.forEach((id) => registry.unregisterComponent(id));
            ids = [];
        }
    };
}

/** Returns a function that shows or hides the sidebar of a channel's integrations and the buttons that open it. */
export function newSidebar(registry: PluginRegistry, store: Store, client: Client, actions: Actions): (shown: boolean) => void {
    let ids: string[] = [];
    return (shown) => {
        if (!shown || !registry.registerRightHandSidebarComponent) {
            ids.forEach((id) => registry.unregisterComponent(id));
            ids = [];
        } else if (ids.length === 0) {
            const title = React.createElement(Text, {id: 'zoom.sidebar.title'});
            const sidebar = registry.registerRightHandSidebarComponent(() => React.createElement(ProviderSidebar, {client, actions}), title);
            const toggle = () => void store.dispatch(sidebar.toggleRHSPlugin);
            ids = [sidebar.id, registry.registerChannelHeaderButtonAction(React.createElement(ProvidersHeaderIcon), toggle, title, title)];
            if (registry.registerAppBarComponent) {
                ids.push(registry.registerAppBarComponent(providersIcon, toggle, title));
            }
        }
    };
}
