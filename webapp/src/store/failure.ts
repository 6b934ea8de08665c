import type {Say} from './reducer';

import {Refused} from '../client';

/** What to say of a request of a window that failed: the server's own words, where it had any. */
export function sayFailed(error: unknown): Say {
    return error instanceof Refused ? {words: error.message} : {id: 'zoom.window.failed'};
}
