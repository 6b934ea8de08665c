import {id} from '../../plugin.json';

/** The plugin's id, which names its routes, its place in the store and its entries in the page. */
export const pluginId = id;
