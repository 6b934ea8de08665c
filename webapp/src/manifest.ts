import {id} from '../../plugin.json';

/** The plugin's ID, which is part of its routes, its key in the store, and its element IDs in the page. */
export const pluginId = id;
