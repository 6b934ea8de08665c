import {newClient} from './client';
import {pluginId} from './manifest';
import {newSidebar, newStartEntries, newToolEntries, registerAlways} from './registry';
import {newActions} from './store/actions';
import styles from './styles.css?inline';
import type {PluginRegistry, Store} from './types/mattermost-webapp';
import {listen} from './websocket';

/** The plugin as the web app drives it. */
export class Plugin {
    private readonly sheet = document.createElement('style');

    /** Called once the page has loaded the bundle, before or after the user's channels are shown. */
    initialize(registry: PluginRegistry, store: Store) {
        this.sheet.textContent = styles;
        document.head.appendChild(this.sheet);

        const client = newClient();
        const actions = newActions(store, client);
        const showStartEntries = newStartEntries(registry, actions);
        const showToolEntries = newToolEntries(registry, actions);
        const showSidebar = newSidebar(registry, store, client, actions);

        async function followConfig() {
            const config = await actions.refreshConfig();
            if (config) {
                showStartEntries(config.configured);
                showToolEntries(config.tools ?? []);
                showSidebar(Boolean(config.tools?.length));
            }
        }

        registerAlways(registry, actions, client);
        listen(registry, store, actions, followConfig);
        followConfig();
    }

    /** Called when the plugin is disabled or replaced. The web app drops the registered components itself. */
    uninitialize() {
        this.sheet.remove();
    }
}

window.registerPlugin(pluginId, new Plugin());
