import React, {useState} from 'react';

import {Tabs} from './tabs';
import {usePage} from './use_page';
import styles from './provider_page_window.css?inline';

import type {Client} from '../../client';
import type {OpenedWindow} from '../../store/reducer';
import {addStyles} from '../../styles';
import {Button} from '../common/button';
import {Loading} from '../common/loading';
import {MessageText} from '../common/message_text';
import {Text, useText} from '../common/text';
import {ConversationView} from '../window/conversation_view';
import {Modal} from '../window/modal';
import {useConversation} from '../window/use_conversation';

addStyles(styles);

interface ProviderPageWindowProps {
    opened: OpenedWindow;
    client: Client;
    onClose(): void;
}

/** The window that shows a channel's setup for a provider. A form or question about a change takes the place of the page. */
export function ProviderPageWindow({opened: {provider, where}, client, onClose}: ProviderPageWindowProps) {
    const {page, failure, load} = usePage(() => client.page(provider.id, where.channel_id));
    const [asking, setAsking] = useState(false);
    const [typed, setTyped] = useState(false);
    const [tab, setTab] = useState('');
    const back = () => {
        setAsking(false);
        setTyped(false);
        load();
    };
    const conversation = useConversation(client, where, back);
    const title = useText()('zoom.page.title', {provider: provider.name});
    return (
        <Modal
            title={(asking && conversation.form?.title) || title}
            wide={true}
            closesOnBackdrop={!typed}
            onClose={onClose}
        >
            {asking && (
                <>
                    <div className='zoom-page__back'>
                        <Button onClick={back}>
                            <Text
                                id='zoom.page.back'
                                values={{provider: provider.name}}
                            />
                        </Button>
                    </div>
                    <ConversationView
                        key={conversation.serial}
                        conversation={conversation}
                        onChanged={() => setTyped(true)}
                        onClose={back}
                    />
                </>
            )}
            {!asking && page && (
                <Tabs
                    tabs={page.tabs}
                    selected={tab || page.tabs[0]?.id}
                    onSelect={setTab}
                    onClick={(press) => {
                        setAsking(true);
                        conversation.click(press);
                    }}
                />
            )}
            {!asking && !page && (
                <div className='zoom-modal__body'>
                    {failure ? (
                        <div role='alert'>
                            <p><MessageText message={failure}/></p>
                            <Button onClick={load}><Text id='zoom.window.retry'/></Button>
                        </div>
                    ) : (
                        <Loading/>
                    )}
                </div>
            )}
        </Modal>
    );
}
