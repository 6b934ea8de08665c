import {newClient} from './client';
import {pluginId} from './manifest';
import {newSidebar, newStartEntries, newProviderEntries, registerAlways} from './registry';
import {newActions} from './store/actions';
import {currentUser} from './store/selectors';
import {installStyles} from './styles';
import type {PluginRegistry, Store} from './types/mattermost-webapp';
import {listen} from './websocket';

/** The plugin, as Mattermost loads and unloads it. */
export class Plugin {
    private removeStyles = () => {};
    private forgetUser = () => {};

    /** Called once the page has loaded the bundle, before or after it shows the user's channels. */
    initialize(registry: PluginRegistry, store: Store) {
        this.removeStyles = installStyles();

        const client = newClient();
        const actions = newActions(store, client);
        const showStartEntries = newStartEntries(registry, actions);
        const showProviderEntries = newProviderEntries(registry, actions);
        const showSidebar = newSidebar(registry, store, client, actions);

        async function followConfig() {
            const config = await actions.refreshConfig();
            if (config) {
                showStartEntries(config.configured);
                showProviderEntries(config.providers ?? []);
                showSidebar(Boolean(config.providers?.length));
            }
        }

        registerAlways(registry, actions, client);
        listen(registry, store, actions, followConfig);

        // Mattermost loads the bundle on the login page too, and keeps it when the user logs in.
        let user = '';
        const followUser = () => {
            const current = currentUser(store.getState());
            if (current !== user) {
                user = current;
                if (user) {
                    followConfig();
                }
            }
        };
        this.forgetUser = store.subscribe(followUser);
        followUser();
    }

    /** Called when the plugin is disabled or replaced. Mattermost removes the registered components itself. */
    uninitialize() {
        this.forgetUser();
        this.removeStyles();
    }
}

window.registerPlugin(pluginId, new Plugin());
