import React from 'react';

import {Text} from './text';

import type {Say} from '../../store/reducer';

/** Shows something to say, in the user's language. */
export function Said({say}: {say: Say}) {
    return 'id' in say ? <Text id={say.id}/> : <>{say.words}</>;
}
