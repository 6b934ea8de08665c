import type React from 'react';

import type {ChannelAction, CommandArgs, PassedCommand, PluginRegistry, WebSocketMessage} from '../types/mattermost-webapp';

/** A header button or App Bar entry as registered. */
export interface Entry {
    id: string;
    icon: React.ReactNode;
    action: ChannelAction;
    tooltip: React.ReactNode;
}

/** Keeps what the plugin registered, like Mattermost's registry, for a FakePage to draw. */
export class FakeRegistry {
    headerButtons: Entry[] = [];
    appBar: Entry[] = [];
    messageActions: Array<{id: string; text: React.ReactNode; action: (postId: string) => void}> = [];
    composer: Array<{id: string; component: React.ElementType}> = [];
    sidebars: Array<{id: string; component: React.ElementType; shown: boolean}> = [];
    roots: React.ElementType[] = [];
    postTypes: Record<string, React.ElementType> = {};
    settings: Record<string, React.ElementType> = {};
    translations: (locale: string) => Record<string, string> = () => ({});
    commandHooks: Array<(message: string, args: CommandArgs) => PassedCommand> = [];
    private readonly sockets: Record<string, (message: WebSocketMessage<never>) => void> = {};
    private reconnect = () => {};
    private count = 0;

    constructor(private readonly hooks: {reducer: (reducer: never) => void; changed: () => void}) {}

    /** The registry as the plugin sees it. */
    readonly facade: PluginRegistry = {
        registerReducer: (reducer) => this.hooks.reducer(reducer as never),
        registerTranslations: (translations) => {
            this.translations = translations;
        },
        registerRootComponent: (component) => {
            this.roots.push(component);
            return this.newId();
        },
        registerChannelHeaderButtonAction: (icon, action, _text, tooltip) => this.keep(this.headerButtons, {icon, action, tooltip}),
        registerAppBarComponent: (icon, action, tooltip) => this.keep(this.appBar, {icon, action, tooltip}),
        registerPostDropdownMenuAction: (text, action) => {
            const id = this.newId();
            this.messageActions.push({id, text, action});
            return id;
        },
        registerPostEditorActionComponent: (component) => {
            const id = this.newId();
            this.composer.push({id, component});
            return id;
        },
        registerRightHandSidebarComponent: (component) => {
            const id = this.newId();
            this.sidebars.push({id, component, shown: false});
            return {id, toggleRHSPlugin: {type: 'toggle_sidebar'}};
        },
        registerPostTypeComponent: (type, component) => {
            this.postTypes[type] = component;
            return this.newId();
        },
        registerAdminConsoleCustomSetting: (key, component) => {
            this.settings[key] = component;
        },
        registerWebSocketEventHandler: (event, handler) => {
            this.sockets[event] = handler as (message: WebSocketMessage<never>) => void;
        },
        registerReconnectHandler: (handler) => {
            this.reconnect = handler;
        },
        registerSlashCommandWillBePostedHook: (hook) => {
            this.commandHooks.push(hook);
            return this.newId();
        },
        unregisterComponent: (id) => {
            this.headerButtons = this.headerButtons.filter((entry) => entry.id !== id);
            this.appBar = this.appBar.filter((entry) => entry.id !== id);
            this.messageActions = this.messageActions.filter((entry) => entry.id !== id);
            this.sidebars = this.sidebars.filter((entry) => entry.id !== id);
            this.composer = this.composer.filter((entry) => entry.id !== id);
            this.hooks.changed();
        },
    };

    /** Shows or hides the sidebars, and returns the change to Mattermost's state. */
    toggled() {
        this.sidebars = this.sidebars.map((entry) => ({...entry, shown: !entry.shown}));
        return {plugins: {components: {AppBar: {}}}};
    }

    /** Delivers a server event to this tab. */
    receive(event: string, data: unknown = {}) {
        this.sockets[event]?.({data: data as never});
    }

    /** Reconnects the WebSocket. */
    reconnected() {
        this.reconnect();
    }

    private keep(entries: Entry[], entry: Omit<Entry, 'id'>): string {
        const id = this.newId();
        entries.push({...entry, id});
        this.hooks.changed();
        return id;
    }

    private newId(): string {
        return `component-${++this.count}`;
    }
}
