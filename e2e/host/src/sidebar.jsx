import React from 'react';
import {useSelector} from 'react-redux';

import {go} from './actions.js';

/** Returns a channel's name. For direct messages, it is the other user's. */
export function useChannelName(channel) {
    const {currentUserId, profiles} = useSelector((state) => state.entities.users);
    if (channel?.type !== 'D') {
        return channel?.display_name ?? '';
    }
    const other = channel.name.split('__').find((id) => id !== currentUserId) ?? currentUserId;
    return profiles[other]?.username ?? '';
}

/** The team bar and the list of channels. */
export function Sidebar({inThreads}) {
    const team = useSelector((state) => state.entities.teams.teams[state.entities.teams.currentTeamId]);
    const channels = Object.values(useSelector((state) => state.entities.channels.channels));
    const named = channels.filter(({type}) => type === 'O' || type === 'P').sort((a, b) => a.display_name.localeCompare(b.display_name));
    const direct = channels.filter(({type}) => type === 'D' || type === 'G');
    return (
        <>
            <div className='team-sidebar'>
                <span
                    className='team-sidebar__team'
                    title={team.display_name}
                >
                    {team.display_name.slice(0, 2)}
                </span>
            </div>
            <nav className='sidebar'>
                <div className='sidebar__header'>{team.display_name}</div>
                <button
                    className={inThreads ? 'sidebar__link active' : 'sidebar__link'}
                    onClick={() => go(`/${team.name}/threads`)}
                >
                    Threads
                </button>
                <Category
                    name='Channels'
                    channels={named}
                    team={team}
                    inThreads={inThreads}
                />
                <Category
                    name='Direct messages'
                    channels={direct}
                    team={team}
                    inThreads={inThreads}
                />
            </nav>
        </>
    );
}

function Category({name, channels, team, inThreads}) {
    return (
        <>
            <div className='sidebar__category'>{name}</div>
            {channels.map((channel) => (
                <ChannelLink
                    key={channel.id}
                    channel={channel}
                    team={team}
                    inThreads={inThreads}
                />
            ))}
        </>
    );
}

function ChannelLink({channel, team, inThreads}) {
    const current = useSelector((state) => state.entities.channels.currentChannelId) === channel.id && !inThreads;
    const unread = useSelector((state) => state.host.unread[channel.id]);
    const label = useChannelName(channel);
    const sign = {O: '◍', P: '◆'}[channel.type] ?? '@';
    return (
        <button
            id={`sidebarItem_${channel.name}`}
            className={`sidebar__link${current ? ' active' : ''}${unread ? ' unread' : ''}`}
            onClick={() => go(`/${team.name}/channels/${channel.name}`)}
        >
            <span
                className='sidebar__sign'
                aria-hidden='true'
            >
                {sign}
            </span>
            {label}
        </button>
    );
}
