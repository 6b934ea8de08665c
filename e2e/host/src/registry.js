import React from 'react';

import {sidebarActions} from './rhs.js';
import {reconnectHandlers, socketHandlers} from './socket.js';
import {addReducer, put, store} from './store.js';

let count = 0;
const newId = () => `component${++count}`;

// Mattermost accepts the arguments of a registry call as a list, or as one object with their names.
function named(names, method) {
    return (...args) => {
        const object = args.length === 1 && args[0] && typeof args[0] === 'object' && !React.isValidElement(args[0]) && names.some((name) => name in args[0]);
        return method(object ? args[0] : Object.fromEntries(names.map((name, index) => [name, args[index]])));
    };
}

// A component counts like an element of it.
function element(value) {
    return typeof value === 'function' ? React.createElement(value) : value;
}

/** The part of Mattermost's plugin registry that this page can draw. */
export class PluginRegistry {
    supports = {globalAppBar: true, globalRhs: true};

    constructor(pluginId) {
        this.id = pluginId;
    }

    add(slot, data) {
        const id = newId();
        put(['plugins', 'components', slot], (old = []) => [...old, {id, pluginId: this.id, ...data}]);
        return id;
    }

    registerReducer = named(['reducer'], ({reducer}) => addReducer(`plugins-${this.id}`, reducer));
    registerTranslations = named(['getTranslationsForLocale'], ({getTranslationsForLocale}) => {
        put(['host', 'translations', this.id], getTranslationsForLocale('en'));
    });

    registerRootComponent = named(['component'], ({component}) => this.add('Root', {component}));
    registerGlobalComponent = named(['component'], ({component}) => this.add('Root', {component}));
    registerChannelHeaderButtonAction = named(['icon', 'action', 'dropdownText', 'tooltipText'], ({icon, action, dropdownText, tooltipText}) =>
        this.add('ChannelHeaderButton', {icon: element(icon), action, dropdownText: element(dropdownText), tooltipText: element(tooltipText)}));

    // An App Bar entry runs an action, or opens a sidebar of its own.
    registerAppBarComponent = named(['iconUrl', 'action', 'tooltipText', 'supportedProductIds', 'rhsComponent', 'rhsTitle'], ({iconUrl, action, tooltipText, rhsComponent, rhsTitle}) => {
        const sidebar = rhsComponent && this.registerRightHandSidebarComponent(rhsComponent, rhsTitle);
        const id = this.add('AppBar', {
            iconUrl,
            action: sidebar ? () => store.dispatch(sidebar.toggleRHSPlugin) : action,
            rhsComponentId: sidebar?.id,
            tooltipText: element(tooltipText),
        });
        return sidebar ? {id, rhsComponent: sidebar} : id;
    });

    registerRightHandSidebarComponent = named(['component', 'title'], ({component, title}) => {
        const id = this.add('RightHandSidebarComponent', {component, title: element(title)});
        return {id, ...sidebarActions(id)};
    });

    registerPostDropdownMenuAction = named(['text', 'action', 'filter'], ({text, action, filter}) => this.add('PostDropdownMenu', {text: element(text), action, filter}));
    registerPostEditorActionComponent = named(['component'], ({component}) => this.add('PostEditorAction', {component}));

    registerPostTypeComponent = named(['type', 'component'], ({type, component}) => {
        const id = newId();
        put(['plugins', 'postTypes', type], {id, pluginId: this.id, component});
        return id;
    });

    registerAdminConsoleCustomSetting = named(['key', 'component', 'options'], ({key, component, options}) => {
        put(['plugins', 'adminConsoleCustomComponents', this.id, key.toLowerCase()], {component, showTitle: Boolean(options?.showTitle)});
    });

    registerSlashCommandWillBePostedHook = named(['hook'], ({hook}) => this.add('SlashCommandWillBePosted', {hook}));
    registerWebSocketEventHandler = named(['event', 'handler'], ({event, handler}) => {
        (socketHandlers[event] ??= {})[this.id] = handler;
    });

    unregisterWebSocketEventHandler = named(['event'], ({event}) => delete socketHandlers[event]?.[this.id]);
    registerReconnectHandler = named(['handler'], ({handler}) => {
        reconnectHandlers[this.id] = handler;
    });

    unregisterReconnectHandler = () => delete reconnectHandlers[this.id];
    unregisterComponent = named(['componentId'], ({componentId}) => {
        put('plugins.components', (slots) => Object.fromEntries(Object.entries(slots).map(([slot, entries]) => [slot, entries.filter(({id}) => id !== componentId)])));
    });
}

/** Removes everything that a plugin registered. */
export function forgetPlugin(pluginId) {
    const others = ([, entry]) => entry.pluginId !== pluginId;
    put('plugins.components', (slots) => Object.fromEntries(Object.entries(slots).map(([slot, entries]) => [slot, entries.filter((entry) => entry.pluginId !== pluginId)])));
    put('plugins.postTypes', (types) => Object.fromEntries(Object.entries(types).filter(others)));
    put(['plugins', 'adminConsoleCustomComponents', pluginId], {});
    Object.values(socketHandlers).forEach((handlers) => delete handlers[pluginId]);
    delete reconnectHandlers[pluginId];
}
