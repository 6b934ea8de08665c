import {pluginId} from './manifest';
import type {Actions} from './store/actions';
import type {CommandArgs, PluginRegistry, Store, WebSocketMessage} from './types/mattermost-webapp';
import {connectionId, enabledProviders} from './store/selectors';
import type {Provider} from './types/api';

/** Handles the server's events for this tab, and makes slash commands act in the tab that they are typed in. */
export function listen(registry: PluginRegistry, store: Store, actions: Actions, configChanged: () => void) {
    // The server sends this only to the connection that started the meeting, so no other tab or device opens the join page.
    registry.registerWebSocketEventHandler(`custom_${pluginId}_meeting_started`, (message: WebSocketMessage<{meeting_url?: string}>) => {
        if (message.data?.meeting_url) {
            actions.openJoinPage(message.data.meeting_url);
        }
    });
    registry.registerWebSocketEventHandler(`custom_${pluginId}_config_changed`, configChanged);

    // Events that the server sent while the connection was down are lost.
    registry.registerReconnectHandler(configChanged);

    registry.registerSlashCommandWillBePostedHook?.((message, args) => {
        const typed = typedStart(message, args);
        if (typed && actions.startTyped(typed)) {
            return {};
        }
        const command = typedProviderCommand(message, args, enabledProviders(store.getState()));
        if (command) {
            actions.openWindow(command.provider, command.text, command.place);
            return {};
        }
        return {message, args: withConnection(message, args, connectionId(store.getState()))};
    });
}

// Parses "/zoom start Stand-up" the way the server does. Returns null for other commands.
function typedStart(message: string, args: CommandArgs) {
    const found = /^\s*\/zoom\s+start(?:\s+([\s\S]*))?$/i.exec(message);
    if (!found || typeof args.channel_id !== 'string' || args.channel_id === '') {
        return null;
    }
    const rootId = typeof args.root_id === 'string' ? args.root_id : '';
    return {channelId: args.channel_id, rootId, topic: (found[1] ?? '').trim()};
}

// Parses a provider's command that opens a window here instead of a dialog, such as "/pduty trigger Disk full". Returns null for others.
function typedProviderCommand(message: string, args: CommandArgs, providers: Provider[]) {
    const [, word = '', second = '', rest = ''] = /^\s*\/(\S+)\s+(\S+)(?:\s+([\s\S]*))?$/.exec(message) ?? [];
    const subcommand = second.toLowerCase();
    const provider = providers.find((one) => one.word === word.toLowerCase() && one.can.some((can) => can === subcommand));
    const text = rest.trim();
    if (!provider || typeof args.channel_id !== 'string' || args.channel_id === '' || (subcommand === 'configure' && text !== '')) {
        return null;
    }
    return {provider, text: text ? `${subcommand} ${text}` : subcommand, place: {channelId: args.channel_id, rootId: typeof args.root_id === 'string' ? args.root_id : ''}};
}

// Servers that don't know the field ignore it.
function withConnection(message: string, args: CommandArgs, connection: string): CommandArgs {
    const ours = /^\/zoom(\s|$)/i.test(message.trim());
    return ours && connection && !args.connection_id ? {...args, connection_id: connection} : args;
}
