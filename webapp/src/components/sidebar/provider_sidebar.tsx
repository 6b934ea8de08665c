import React, {useEffect} from 'react';
import {useSelector} from 'react-redux';

import {OpenCards} from './open_cards';
import {useCardsChanged} from './use_cards_changed';
import styles from './provider_sidebar.css?inline';

import type {Client} from '../../client';
import type {Actions} from '../../store/actions';
import {currentChannel} from '../../store/selectors';
import {addStyles} from '../../styles';
import type {ChannelProvider, ChannelProviders} from '../../types/api';
import {Button} from '../common/button';
import {Loading} from '../common/loading';
import {Named} from '../common/named';
import {MessageText} from '../common/message_text';
import {Text} from '../common/text';
import {usePage} from '../page/use_page';

addStyles(styles);

interface ProviderSidebarProps {
    client: Client;
    actions: Actions;
}

/** The right-hand sidebar: the channel's connections and open cards of each provider. */
export function ProviderSidebar({client, actions}: ProviderSidebarProps) {
    const channel = useSelector(currentChannel);
    if (!channel) {
        return <div className='zoom-sidebar'><Text id='zoom.sidebar.no_channel'/></div>;
    }
    return (
        <ChannelSidebar
            key={channel}
            channel={channel}
            client={client}
            actions={actions}
        />
    );
}

function ChannelSidebar({channel, client, actions}: ProviderSidebarProps & {channel: string}) {
    const {page, failure, loading, load} = usePage<ChannelProviders>(() => client.channelProviders(channel));
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
                {failure && <p className='zoom-modal__failure'><MessageText message={failure}/></p>}
            </div>
            {!page && loading && <Loading/>}
            {page?.providers.map((provider) => (
                <ProviderSection
                    key={provider.id}
                    provider={provider}
                    channel={channel}
                    client={client}
                    actions={actions}
                />
            ))}
        </div>
    );
}

function ProviderSection({provider, channel, client, actions}: ProviderSidebarProps & {provider: ChannelProvider; channel: string}) {
    return (
        <section
            className='zoom-sidebar__provider'
            aria-label={provider.name}
        >
            <div className='zoom-sidebar__title'>
                <h2>{provider.name}</h2>
                <Button
                    label={`${provider.name}: /${provider.word} configure`}
                    onClick={() => actions.openWindow(provider, 'configure', {channelId: channel})}
                >
                    <Text id='zoom.sidebar.configure'/>
                </Button>
            </div>
            {provider.connections.length === 0 ? (
                <p className='zoom-sidebar__empty'>
                    <Text
                        id='zoom.sidebar.no_subscriptions'
                        values={{command: `/${provider.word} connect`}}
                    />
                </p>
            ) : (
                <ul className='zoom-sidebar__list'>
                    {provider.connections.map((connection, index) => (
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
            {(provider.connections.length > 0 || provider.cards.length > 0) && (
                <OpenCards
                    cards={provider.cards}
                    onOpen={(postId) => client.goTo(postId)}
                />
            )}
        </section>
    );
}
