import type {Message} from './reducer';

import {Refused} from '../client';

/** Returns the message for a failed request of a window: the server's own message if there is one. */
export function failureMessage(error: unknown): Message {
    return error instanceof Refused ? {text: error.message} : {id: 'zoom.failed.unreachable'};
}
