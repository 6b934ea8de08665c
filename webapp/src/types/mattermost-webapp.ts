// The parts of Mattermost's web app that this plugin uses. Whatever is optional here is missing in some supported version, or
// while the page loads.

import type React from 'react';

import type {ZoomState} from '../store/reducer';

/**
 * A post in Mattermost's store. Any user can set a post's props and give it a type that starts with 'custom_', so neither can be
 * trusted. Only the server can create posts with a type that starts with 'system_'.
 */
export interface Post {
    id: string;
    channel_id: string;
    user_id?: string;
    root_id: string;
    create_at: number;
    update_at?: number;

    /** The plugin's post type, or 'system_ephemeral' for an ephemeral post, which has the plugin's type in a prop. */
    type?: string;
    message?: string;
    props?: Record<string, unknown>;
}

/** A channel, as passed to the action of a header button or App Bar entry. */
export interface Channel {
    id: string;
}

/** A user's profile: the names and the time zone. */
export interface UserProfile {
    username?: string;
    nickname?: string;
    first_name?: string;
    last_name?: string;
    timezone?: {
        useAutomaticTimezone?: boolean | string;
        automaticTimezone?: string;
        manualTimezone?: string;
    };
}

/** The part of Mattermost's state that the plugin reads. */
export interface GlobalState {
    entities: {
        users: {currentUserId: string; profiles: Record<string, UserProfile | undefined>};
        teams: {currentTeamId: string};
        channels: {currentChannelId: string};
        posts: {posts: Record<string, Post | undefined>};
        preferences: {myPreferences: Record<string, {value?: string} | undefined>};
        general?: {
            config?: {TeammateNameDisplay?: string; LockTeammateNameDisplay?: string};
            license?: {LockTeammateNameDisplay?: string};
        };
    };
    views: {
        rhs?: {selectedPostId?: string; selectedChannelId?: string; isSidebarOpen?: boolean};
        threads?: {selectedThreadIdInTeam?: Record<string, string | null | undefined>};
    };
    websocket?: {connected?: boolean; connectionId?: string};
    plugins?: {components?: {AppBar?: unknown}};
    'plugins-zoom'?: ZoomState;
}

/** Mattermost's Redux store. */
export interface Store {
    getState(): GlobalState;
    dispatch(action: {type: string; data?: unknown}): unknown;
    subscribe(changed: () => void): () => void;
}

/** An event from the server's WebSocket. */
export interface WebSocketMessage<T> {
    data?: T;
}

/** The arguments that Mattermost sends with a slash command's text. */
export type CommandArgs = Record<string, unknown>;

/** The result of a slash-command hook: the command to send, possibly changed, or an empty object if the hook handled it. */
export interface PassedCommand {
    message?: string;
    args?: CommandArgs;
}

/** The props of a component that draws posts of a custom type. */
export interface PostTypeProps {
    post: Post;
    theme?: Record<string, string>;
    compactDisplay?: boolean;
    isRHS?: boolean;
}

/** The props of a component in the toolbar of a message box. The draft says which channel or thread the box is for. */
export interface PostEditorProps {
    draft?: {channelId?: string; rootId?: string};
}

/** The action of a header button or App Bar entry. The global Threads view has no channel. */
export type ChannelAction = (channel?: Channel | null) => void;

/** Mattermost's plugin registry. See https://developers.mattermost.com/integrate/reference/webapp/webapp-reference/ */
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

        /** The subpath of the site, without a trailing slash. */
        basename?: string;

        /** Draws texts the way Mattermost draws messages. */
        PostUtils?: {
            formatText(text: string, options?: Record<string, unknown>): string;
            messageHtmlToComponent(html: string, options?: Record<string, unknown>): React.ReactNode;
        };
        WebappUtils?: {browserHistory?: {push(path: string): void}};
        registerPlugin(id: string, plugin: {initialize(registry: PluginRegistry, store: Store): void; uninitialize?(): void}): void;
    }
}
