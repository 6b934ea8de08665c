import {newClient} from './client';
import {pluginId} from './manifest';
import {newSidebar, newStartEntries, newProviderEntries, registerAlways} from './registry';
import {newActions} from './store/actions';
import {currentUser} from './store/selectors';
import styles from './styles.css?inline';
import type {PluginRegistry, Store} from './types/mattermost-webapp';
import {listen} from './websocket';

/** The plugin as the web app drives it. */
export class Plugin {
    private readonly sheet = document.createElement('style');
    private forgetUser = () => {};

    /** Called once the page has loaded the bundle, before or after the user's channels are shown. */
    initialize(registry: PluginRegistry, store: Store) {
        this.sheet.textContent = styles;
        document.head.appendChild(this.sheet);

        const client = newClient();
        const actions = newActions(store, client);
        const showStartEntries = newStartEntries(registry, actions);
        const showProviderEntries = newProviderEntries(registry, actions);
        const showSidebar = newSidebar(registry, store, client, actions);

        async function followConfig() {
            const config = await actions.refreshConfig();
            if (config) {
                showStartEntries(config.configured);
                showProviderEntries(config.tools ?? []);
                showSidebar(Boolean(config.tools?.length));
            }
        }

        registerAlways(registry, actions, client);
        listen(registry, store, actions, followConfig);

        // The web app loads the bundle on the log-in page, too, and keeps it when somebody logs in.
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

    /** Called when the plugin is disabled or replaced. The web app drops the registered components itself. */
    uninitialize() {
        this.forgetUser();
        this.sheet.remove();
    }
}

window.registerPlugin(pluginId, new Plugin());
