import React from 'react';

import {Text} from './text';

import type {Message} from '../../store/reducer';

/** Shows a message in the user's language. */
export function MessageText({message}: {message: Message}) {
    return 'id' in message ? <Text id={message.id}/> : <>{message.text}</>;
}
