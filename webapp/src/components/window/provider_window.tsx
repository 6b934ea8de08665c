import React, {useEffect, useState} from 'react';
import {useSelector} from 'react-redux';

import {ConversationView} from './conversation_view';
import {Modal} from './modal';
import {useConversation} from './use_conversation';

import type {Client} from '../../client';
import type {Actions} from '../../store/actions';
import type {OpenedWindow} from '../../store/reducer';
import {openedWindow} from '../../store/selectors';
import {ProviderPageWindow} from '../page/provider_page_window';

interface ProviderWindowsProps {
    client: Client;
    actions: Actions;
}

/** Shows the open window of a provider, above the page. */
export function ProviderWindows({client, actions}: ProviderWindowsProps) {
    const opened = useSelector(openedWindow);
    if (!opened) {
        return null;
    }
    const Shown = opened.text === 'configure' ? ProviderPageWindow : ProviderWindow;
    return (
        <Shown
            key={opened.serial}
            opened={opened}
            client={client}
            onClose={actions.closeWindow}
        />
    );
}

interface ProviderWindowProps {
    opened: OpenedWindow;
    client: Client;
    onClose(): void;
}

/** A window for one command of a provider. */
export function ProviderWindow({opened: {provider, where, text}, client, onClose}: ProviderWindowProps) {
    const conversation = useConversation(client, where, onClose);
    const [typed, setTyped] = useState(false);

    // Once: every command gets a new window.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    useEffect(() => conversation.run(provider.id, text), []);
    return (
        <Modal
            title={conversation.form?.title ?? provider.name}
            closesOnBackdrop={!typed}
            onClose={onClose}
        >
            <ConversationView
                conversation={conversation}
                onChanged={() => setTyped(true)}
                onClose={onClose}
            />
        </Modal>
    );
}
