import React from 'react';

/** The plugin's camera mark in the colour of the text around it. */
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
