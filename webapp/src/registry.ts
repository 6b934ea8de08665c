import React from 'react';

import {Setup} from './components/admin/setup';
import {Text} from './components/common/text';
import {ToolsSidebar} from './components/sidebar/tools_sidebar';
import {ComposerMenu, isForComposer} from './components/tool/composer_menu';
import {CardPost} from './components/card/card_post';
import {MenuText} from './components/tool/menu_text';
import {ToolsHeaderIcon} from './components/tool/tool_icon';
import {ToolWindows} from './components/window/tool_window';
import {ChannelHeaderIcon} from './components/zoom/channel_header_icon';
import {MeetingPost} from './components/zoom/meeting_post';
import {startTooltip} from './components/zoom/start_tooltip';
import {StatusArea} from './components/zoom/status_area';
import {translationsFor} from './i18n';
import type {TextId} from './i18n';
import type {Client} from './client';
import type {Actions} from './store/actions';
import {reducer} from './store/reducer';
import type {Tool} from './types/api';
import type {PluginRegistry, PostEditorProps, PostTypeProps, Store} from './types/mattermost-webapp';

import appBarIcon from '../../assets/icon.svg?inline';
import toolsIcon from '../../assets/tools.svg?inline';

/** Registers what is there whether or not an admin has configured the plugin: old posts still render, and the admin must reach the setup. */
export function registerAlways(registry: PluginRegistry, actions: Actions, client: Client) {
    registry.registerReducer(reducer);
    registry.registerTranslations(translationsFor);
    registry.registerRootComponent(() => React.createElement(StatusArea, {actions}));
    registry.registerRootComponent(() => React.createElement(ToolWindows, {client, actions}));
    registry.registerPostTypeComponent('custom_zoom', (props: PostTypeProps) => React.createElement(MeetingPost, {...props, actions}));
    registry.registerPostTypeComponent('custom_zoom_card', (props: PostTypeProps) => React.createElement(CardPost, {...props, actions}));
    registry.registerAdminConsoleCustomSetting('Setup', () => React.createElement(Setup, {client}), {showTitle: true});
}

/** Returns what shows the entries of the tools that are on, in the menus of messages and at the composer, and hides those of others. */
export function newToolEntries(registry: PluginRegistry, actions: Actions): (tools: Tool[]) => void {
    let shown = '';
    let ids: string[] = [];
    return (tools) => {
        if (JSON.stringify(tools) === shown) {
            return;
        }
        shown = JSON.stringify(tools);
        ids.forEach((id) => registry.unregisterComponent(id));
        ids = tools.flatMap((tool) => toolEntries(registry, actions, tool));
    };
}

function toolEntries(registry: PluginRegistry, actions: Actions, tool: Tool): string[] {
    const ids: Array<string | undefined> = [];
    const onMessage = (word: 'trigger' | 'note', id: TextId) => {
        if (tool.can.includes(word)) {
            const text = React.createElement(MenuText, {id, tool: tool.name});
            ids.push(registry.registerPostDropdownMenuAction?.(text, (postId) => actions.useToolOn(tool, word, postId)));
        }
    };
    onMessage('trigger', 'zoom.tool.trigger_from');
    onMessage('note', 'zoom.tool.share');
    if (!isForComposer(tool)) {
        return ids.filter((id) => id !== undefined);
    }
    const Composer = ({draft}: PostEditorProps) => React.createElement(ComposerMenu, {tool, onChoose: (word: string) => actions.useTool(tool, word, draft)});
    ids.push(registry.registerPostEditorActionComponent?.(Composer));
    return ids.filter((id) => id !== undefined);
}

/** Returns a switch that shows or hides the ways to start a meeting: pressing what could only fail helps nobody. */
export function newStartEntries(registry: PluginRegistry, actions: Actions): (shown: boolean) => void {
    let ids: string[] = [];
    return (shown) => {
        if (shown && ids.length === 0) {
            // The web app shows one of the two: the App Bar entry, or the header button where the App Bar is off.
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

/** Returns a switch that shows or hides the sidebar of a channel's tools, with what opens it. */
export function newSidebar(registry: PluginRegistry, store: Store, client: Client, actions: Actions): (shown: boolean) => void {
    let ids: string[] = [];
    return (shown) => {
        if (!shown || !registry.registerRightHandSidebarComponent) {
            ids.forEach((id) => registry.unregisterComponent(id));
            ids = [];
        } else if (ids.length === 0) {
            const title = React.createElement(Text, {id: 'zoom.sidebar.title'});
            const sidebar = registry.registerRightHandSidebarComponent(() => React.createElement(ToolsSidebar, {client, actions}), title);
            const toggle = () => void store.dispatch(sidebar.toggleRHSPlugin);
            ids = [sidebar.id, registry.registerChannelHeaderButtonAction(React.createElement(ToolsHeaderIcon), toggle, title, title)];
            if (registry.registerAppBarComponent) {
                ids.push(registry.registerAppBarComponent(toolsIcon, toggle, title));
            }
        }
    };
}
