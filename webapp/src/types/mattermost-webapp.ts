// The parts of Mattermost's web app that this plugin touches, written down as far as it touches them. Everything optional
// here is missing on some supported server or at some moment of its start.

import type React from 'react';

import type {ZoomState} from '../store/reducer';

/**
 * A post as the web app keeps it. Any user can set the props of a post and give it a type that begins with 'custom_', so
 * nothing about those is certain. Types that begin with 'system_' the server takes from nobody.
 */
export interface Post {
    id: string;
    channel_id: string;
    user_id?: string;
    root_id: string;
    create_at: number;
    update_at?: number;

    /** 'custom_zoom', or 'system_ephemeral' for a note that only its reader sees; the plugin's type is in a prop then. */
    type?: string;
    message?: string;
    props?: Record<string, unknown>;
}

/** A channel as handed to the action of a header button or App Bar entry. */
export interface Channel {
    id: string;
}

/** A user's profile: the name, and what times are written by. */
export interface UserProfile {
    username?: string;
    timezone?: {
        useAutomaticTimezone?: boolean | string;
        automaticTimezone?: string;
        manualTimezone?: string;
    };
}

/** The slice of the web app's state that the plugin reads. */
export interface GlobalState {
    entities: {
        users: {currentUserId: string; profiles: Record<string, UserProfile | undefined>};
        teams: {currentTeamId: string};
        channels: {currentChannelId: string};
        posts: {posts: Record<string, Post | undefined>};
        preferences: {myPreferences: Record<string, {value?: string} | undefined>};
    };
    views: {
        rhs?: {selectedPostId?: string; selectedChannelId?: string; isSidebarOpen?: boolean};
        threads?: {selectedThreadIdInTeam?: Record<string, string | null | undefined>};
    };
    websocket?: {connected?: boolean; connectionId?: string};
    plugins?: {components?: {AppBar?: unknown}};
    'plugins-zoom'?: ZoomState;
}

/** The web app's Redux store. */
export interface Store {
    getState(): GlobalState;
    dispatch(action: {type: string; data?: unknown}): unknown;
    subscribe(changed: () => void): () => void;
}

/** A message from the server's WebSocket. */
export interface WebSocketMessage<T> {
    data?: T;
}

/** What a slash command carries beside its text. */
export type CommandArgs = Record<string, unknown>;

/** What a slash-command hook returns: the command, possibly changed, to let it pass; nothing when it was dealt with. */
export interface PassedCommand {
    message?: string;
    args?: CommandArgs;
}

/** What the web app hands a component that draws posts of a custom type. */
export interface PostTypeProps {
    post: Post;
    theme?: Record<string, string>;
    compactDisplay?: boolean;
    isRHS?: boolean;
}

/** What the web app hands a component in the toolbar of a message box: for which channel or thread the box is, among others. */
export interface PostEditorProps {
    draft?: {channelId?: string; rootId?: string};
}

/** The action of a header button or App Bar entry. The global Threads view has no channel. */
export type ChannelAction = (channel?: Channel | null) => void;

/** The web app's plugin registry. See https://developers.mattermost.com/integrate/reference/webapp/webapp-reference/ */
export interface PluginRegistry {
    registerReducer(reducer: (state: ZoomState | undefined, action: never) => ZoomState): void;
    registerTranslations(translations: (locale: string) => Record<string, string>): void;
    registerRootComponent(component: React.ElementType): string;
    registerChannelHeaderButtonAction(icon: React.ReactNode, action: ChannelAction, dropdownText: React.ReactNode, tooltip: React.ReactNode): string;
    registerAppBarComponent?(iconUrl: string, action: ChannelAction, tooltip: React.ReactNode): string;
    registerPostTypeComponent(type: string, component: React.ElementType): string;
    registerAdminConsoleCustomSetting(key: string, component: React.ElementType, options?: {showTitle: boolean}): void;
    registerWebSocketEventHandler<T>(event: string, handler: (message: WebSocketMessage<T>) => void): void;
    registerReconnectHandler(handler: () => void): void;
    registerPostDropdownMenuAction?(text: React.ReactNode, action: (postId: string) => void, filter?: (postId: string) => boolean): string;
    registerPostEditorActionComponent?(component: React.ElementType): string;
    registerSlashCommandWillBePostedHook?(hook: (message: string, args: CommandArgs) => PassedCommand): string;
    registerRightHandSidebarComponent?(component: React.ElementType, title: React.ReactNode): {id: string; toggleRHSPlugin: {type: string}};
    unregisterComponent(id: string): void;
}

declare global {
    interface Window {

        /** The path the site is served under, without a slash at its end. */
        basename?: string;

        /** Draws messages as the web app does. */
        PostUtils?: {
            formatText(text: string, options?: Record<string, unknown>): string;
            messageHtmlToComponent(html: string, options?: Record<string, unknown>): React.ReactNode;
        };
        WebappUtils?: {browserHistory?: {push(path: string): void}};
        registerPlugin(id: string, plugin: {initialize(registry: PluginRegistry, store: Store): void; uninitialize?(): void}): void;
    }
}
