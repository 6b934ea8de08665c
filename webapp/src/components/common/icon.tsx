import React from 'react';

import styles from './icon.css?inline';

import {addStyles} from '../../styles';

addStyles(styles);

/** The plugin's camera icon in the color of the surrounding text. */
export function CameraIcon({size = 18}: {size?: number}) {
    return (
        <svg
            className='zoom-icon'
            width={size}
            height={size}
            viewBox='0 0 18 18'
            fill='currentColor'
            aria-hidden='true'
            focusable='false'
        >
            <rect
                x='1'
                y='4'
                width='10.5'
                height='10'
                rx='2.6'
            />
            <path d='M12.7 7.7l3.3-2.3c.4-.3 1 0 1 .5v6.2c0 .5-.6.8-1 .5l-3.3-2.3z'/>
        </svg>
    );
}

/** An arrow that points down, for anything that opens below it. */
export function ChevronIcon() {
    return (
        <svg
            className='zoom-chevron'
            width='12'
            height='12'
            viewBox='0 0 12 12'
            fill='none'
            stroke='currentColor'
            strokeWidth='1.8'
            strokeLinecap='round'
            strokeLinejoin='round'
            aria-hidden='true'
            focusable='false'
        >
            <path d='M2.5 4.5L6 8l3.5-3.5'/>
        </svg>
    );
}

/** A cross, for the button that closes a window. */
export function CloseIcon() {
    return (
        <svg
            width='16'
            height='16'
            viewBox='0 0 16 16'
            fill='none'
            stroke='currentColor'
            strokeWidth='1.8'
            strokeLinecap='round'
            aria-hidden='true'
            focusable='false'
        >
            <path d='M3.5 3.5l9 9M12.5 3.5l-9 9'/>
        </svg>
    );
}
