import React from 'react';
import {useSelector} from 'react-redux';

import {Tooltip} from './tooltip.jsx';

/** Reports whether the App Bar is on. */
export function appBarEnabled(state) {
    return state.entities.general.config.DisableAppBar !== 'true';
}

/** The App Bar at the right edge. Like Mattermost, it draws an entry as an image in an element with the role of a button. */
export function AppBar() {
    const enabled = useSelector(appBarEnabled);
    const entries = useSelector((state) => state.plugins.components.AppBar) ?? [];
    const channel = useSelector((state) => state.entities.channels.channels[state.entities.channels.currentChannelId]);
    const sidebars = useSelector((state) => state.plugins.components.RightHandSidebarComponent) ?? [];
    const pluggableId = useSelector((state) => state.views.rhs.pluggableId);
    const shown = sidebars.find(({id}) => id === pluggableId);

    // As in Mattermost, an entry without a sidebar of its own looks active while any sidebar of its plugin is open.
    const isActive = ({pluginId, rhsComponentId}) => Boolean(shown) && (rhsComponentId ? rhsComponentId === shown.id : pluginId === shown.pluginId);
    if (!enabled || entries.length === 0) {
        return null;
    }
    return (
        <div className='app-bar'>
            <div className='app-bar__top'>
                {entries.map(({id, pluginId, iconUrl, action, tooltipText, rhsComponentId}) => (
                    <Tooltip
                        key={id}
                        text={tooltipText}
                        side='left'
                    >
                        <div
                            id={`app-bar-icon-${pluginId}`}
                            className={isActive({pluginId, rhsComponentId}) ? 'app-bar__icon app-bar__icon--active' : 'app-bar__icon'}
                            onClick={() => action(channel)}
                        >
                            <div
                                role='button'
                                tabIndex={0}
                                className='app-bar__icon-inner'
                            >
                                <img
                                    src={iconUrl}
                                    alt={pluginId}
                                />
                            </div>
                        </div>
                    </Tooltip>
                ))}
            </div>
        </div>
    );
}
