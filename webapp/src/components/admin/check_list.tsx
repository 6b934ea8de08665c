import React from 'react';

import styles from './check_list.css?inline';

import {addStyles} from '../../styles';
import type {Check} from '../../types/api';
import {Text} from '../common/text';

addStyles(styles);

/** The points of the self-check, each with its result as a word and a color, and with what to do. */
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
                    <span className='zoom-checks__text'>
                        {message}
                        {fix && <span className='zoom-checks__fix'>{fix}</span>}
                    </span>
                </li>
            ))}
        </ul>
    );
}
