import {api} from './api.js';
import {forgetPlugin, PluginRegistry} from './registry.js';
import {put, store} from './store.js';

window.plugins = {};
window.registerPlugin = (id, plugin) => {
    window.plugins[id]?.uninitialize?.();
    window.plugins[id] = plugin;
};

/** Loads the bundles of enabled plugins, and removes those of disabled ones. */
export async function syncPlugins() {
    const manifests = await api.get('/plugins/webapp');
    const loaded = store.getState().plugins.plugins;
    for (const id of Object.keys(loaded)) {
        if (!manifests.some((manifest) => manifest.id === id && manifest.webapp.bundle_path === loaded[id].webapp.bundle_path)) {
            drop(id);
        }
    }
    await Promise.all(manifests.filter(({id}) => !store.getState().plugins.plugins[id]).map(load));
}

function load(manifest) {
    put(['plugins', 'plugins', manifest.id], manifest);
    return new Promise((resolve) => {
        const script = document.createElement('script');
        script.id = `plugin_${manifest.id}`;
        script.src = window.basename + manifest.webapp.bundle_path.replace(/^\/static\/(?!plugins\/)/, '/static/plugins/');
        script.onload = () => {
            window.plugins[manifest.id]?.initialize?.(new PluginRegistry(manifest.id), store);
            resolve();
        };
        script.onerror = resolve;
        document.head.appendChild(script);
    });
}

function drop(id) {
    window.plugins[id]?.uninitialize?.();
    delete window.plugins[id];
    document.getElementById(`plugin_${id}`)?.remove();
    forgetPlugin(id);
    put('plugins.plugins', ({[id]: _dropped, ...others}) => others);
}
