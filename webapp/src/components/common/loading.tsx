import React from 'react';

import {Spinner} from './spinner';
import {Text} from './text';

/** A spinner with a text, shown until the server's first answer. */
export function Loading() {
    return (
        <div role='status'>
            <Spinner/>
            {' '}
            <Text id='zoom.window.loading'/>
        </div>
    );
}
