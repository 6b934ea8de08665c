import React, {useEffect, useRef} from 'react';
import {useSelector} from 'react-redux';

import {appBarEnabled} from './app_bar.jsx';
import {Composer} from './composer.jsx';
import {PostList} from './post.jsx';
import {useChannelName} from './sidebar.jsx';
import {threadsCollapsed} from './store.js';
import {Tooltip} from './tooltip.jsx';

/** A channel in the middle of the page: the header, the posts, and the message box. */
export function ChannelView({channel}) {
    const all = useSelector((state) => state.entities.posts.posts);
    const collapsed = useSelector(threadsCollapsed);
    const posts = Object.values(all).filter((post) => post.channel_id === channel.id && !post.delete_at && !(collapsed && post.root_id)).sort((a, b) => a.create_at - b.create_at);
    const name = useChannelName(channel);
    const list = useRef(null);

    useEffect(() => {
        list.current.scrollTop = list.current.scrollHeight;
    }, [posts.length, channel.id]);

    return (
        <main className='channel'>
            <ChannelHeader
                channel={channel}
                name={name}
            />
            <div
                ref={list}
                className='channel__posts'
            >
                <PostList posts={posts}/>
            </div>
            <Composer
                id='post_textbox'
                channelId={channel.id}
                rootId=''
                placeholder={`Write to ${name}`}
            />
        </main>
    );
}

function ChannelHeader({channel, name}) {
    const withAppBar = useSelector(appBarEnabled);
    const appBar = useSelector((state) => state.plugins.components.AppBar) ?? [];
    const buttons = useSelector((state) => state.plugins.components.ChannelHeaderButton) ?? [];

    // As in Mattermost, if the App Bar is on, the header shows no buttons of plugins that have an entry there.
    const shown = withAppBar ? buttons.filter(({pluginId}) => !appBar.some((entry) => entry.pluginId === pluginId)) : buttons;
    return (
        <div
            id='channel-header'
            className='channel-header'
        >
            <h2 className='channel-header__title'>{name}</h2>
            <span className='channel-header__purpose'>{channel.header || channel.purpose}</span>
            {shown.map((button) => (
                <HeaderButton
                    key={button.id}
                    button={button}
                    channel={channel}
                />
            ))}
        </div>
    );
}

function HeaderButton({button: {id, icon, action, tooltipText, dropdownText}, channel}) {
    // As in Mattermost, a text names the button, and a component leaves it without a name.
    const tooltip = tooltipText ?? dropdownText;
    const label = typeof tooltip === 'string' ? tooltip : '';
    return (
        <Tooltip text={tooltip}>
            <button
                id={`${id}ChannelHeaderButton`}
                className='channel-header__icon'
                aria-label={label}
                onClick={() => action(channel)}
            >
                {icon}
            </button>
        </Tooltip>
    );
}
