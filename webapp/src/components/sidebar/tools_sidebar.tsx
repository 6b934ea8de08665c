import React, {useEffect} from 'react';
import {useSelector} from 'react-redux';

import {OpenCards} from './open_cards';
import {useCardsChanged} from './use_cards_changed';

import type {Client} from '../../client';
import type {Actions} from '../../store/actions';
import {shownChannel} from '../../store/selectors';
import type {ChannelTool, ChannelTools} from '../../types/api';
import {Button} from '../common/button';
import {Loading} from '../common/loading';
import {Named} from '../common/named';
import {Said} from '../common/said';
import {Text} from '../common/text';
import {usePage} from '../page/use_page';

interface ToolsSidebarProps {
    client: Client;
    actions: Actions;
}

/** The right-hand sidebar: what the channel follows of each tool, and what is open of it. */
export function ToolsSidebar({client, actions}: ToolsSidebarProps) {
    const channel = useSelector(shownChannel);
    if (!channel) {
        return <div className='zoom-sidebar'><Text id='zoom.sidebar.no_channel'/></div>;
    }
    return (
        <OfChannel
            key={channel}
            channel={channel}
            client={client}
            actions={actions}
        />
    );
}

function OfChannel({channel, client, actions}: ToolsSidebarProps & {channel: string}) {
    const {page, failure, loading, load} = usePage<ChannelTools>(() => client.channelTools(channel));
    const changed = useCardsChanged(channel);
    useEffect(() => {
        if (changed) {
            load();
        }
    }, [changed, load]);
    return (
        <div className='zoom-sidebar'>
            <div className='zoom-sidebar__head'>
                <Button
                    busy={loading}
                    onClick={load}
                >
                    <Text id='zoom.sidebar.refresh'/>
                </Button>
            </div>
            <div role='alert'>
                {failure && <p className='zoom-modal__failure'><Said say={failure}/></p>}
            </div>
            {!page && loading && <Loading/>}
            {page?.tools.map((tool) => (
                <OfTool
                    key={tool.id}
                    tool={tool}
                    channel={channel}
                    client={client}
                    actions={actions}
                />
            ))}
        </div>
    );
}

function OfTool({tool, channel, client, actions}: ToolsSidebarProps & {tool: ChannelTool; channel: string}) {
    return (
        <section
            className='zoom-sidebar__tool'
            aria-label={tool.name}
        >
            <div className='zoom-sidebar__title'>
                <h2>{tool.name}</h2>
                <Button
                    label={`${tool.name}: /${tool.word} configure`}
                    onClick={() => actions.useTool(tool, 'configure', {channelId: channel})}
                >
                    <Text id='zoom.sidebar.configure'/>
                </Button>
            </div>
            {tool.connections.length === 0 ? (
                <p className='zoom-sidebar__empty'>
                    <Text
                        id='zoom.sidebar.nothing'
                        values={{command: `/${tool.word} connect`}}
                    />
                </p>
            ) : (
                <ul className='zoom-sidebar__list'>
                    {tool.connections.map((connection, index) => (
                        <li key={index}>
                            <Named
                                name={connection.name}
                                url={connection.url}
                            />
                            <small>{connection.detail}</small>
                        </li>
                    ))}
                </ul>
            )}
            {(tool.connections.length > 0 || tool.cards.length > 0) && (
                <OpenCards
                    cards={tool.cards}
                    onOpen={(postId) => client.goTo(postId)}
                />
            )}
        </section>
    );
}
