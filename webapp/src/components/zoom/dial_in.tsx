import React, {useState} from 'react';

import styles from './dial_in.css?inline';

import type {DialIn} from '../../meeting';
import {addStyles} from '../../styles';
import {ChevronIcon} from '../common/icon';
import {Text} from '../common/text';

addStyles(styles);

/** The phone numbers of a meeting, hidden until the user asks for them. */
export function DialInNumbers({numbers}: {numbers: DialIn[]}) {
    const [open, setOpen] = useState(false);

    // Not <details>: a click anywhere on a post except on a button opens its thread, and a <summary> is no button.
    return (
        <div className='zoom-dial-in'>
            <button
                type='button'
                className='zoom-dial-in__toggle'
                aria-expanded={open}
                onClick={() => setOpen(!open)}
            >
                <ChevronIcon/>
                <Text id='zoom.post.dial_in'/>
            </button>
            <ul hidden={!open}>
                {numbers.map(({number, city, country}) => (
                    <li key={`${country} ${number}`}>
                        <a
                            href={`tel:${number.replace(/[^+\d]/g, '')}`}
                            dir='ltr'
                        >
                            {number}
                        </a>
                        {' '}
                        <span className='zoom-dial-in__place'>
                            {city && country ? (
                                <Text
                                    id='zoom.post.dial_in_place'
                                    values={{city, country}}
                                />
                            ) : city || country}
                        </span>
                    </li>
                ))}
            </ul>
        </div>
    );
}
