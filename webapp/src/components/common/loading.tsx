import React from 'react';

import {Spinner} from './spinner';
import {Text} from './text';

/** Says that the server is asked, for as long as there is nothing to show. */
export function Loading() {
    return (
        <div role='status'>
            <Spinner/>
            {' '}
            <Text id='zoom.window.loading'/>
        </div>
    );
}
