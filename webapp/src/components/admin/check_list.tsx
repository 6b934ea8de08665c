import React from 'react';

import type {Check} from '../../types/api';
import {Text} from '../common/text';

/** The self-check's points, each with how it turned out in words as well as in colour, and what to do about it. */
export function CheckList({checks}: {checks: Check[]}) {
    return (
        <ul className='zoom-checks'>
            {checks.map(({id, status, message, fix}) => (
                <li
                    key={id}
                    className='zoom-checks__point'
                >
                    <span className={`zoom-checks__status zoom-checks__status--${status}`}>
                        <Text id={`zoom.setup.${status}`}/>
                    </span>
                    <span className='zoom-checks__words'>
                        {message}
                        {fix && <span className='zoom-checks__fix'>{fix}</span>}
                    </span>
                </li>
            ))}
        </ul>
    );
}
