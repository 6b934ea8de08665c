import React, {useEffect, useRef} from 'react';

import {useText} from '../common/text';

/** A monitor with a pulse, for tools that watch over others. */
export function ProviderIcon() {
    return (
        <svg
            width='18'
            height='18'
            viewBox='0 0 18 18'
            fill='none'
            stroke='currentColor'
            strokeWidth='1.6'
            aria-hidden={true}
        >
            <rect
                x='2'
                y='3'
                width='14'
                height='12'
                rx='2'
            />
            <path d='M4.5 6.5h9M4.5 11h2l1-2 2 4 1.2-2h2.8'/>
        </svg>
    );
}

/** The same in the channel header. */
export function ProvidersHeaderIcon() {
    const label = useText()('zoom.sidebar.title');
    const icon = useRef<HTMLSpanElement>(null);

    // The button around the icon is the web app's, which takes a name from texts alone, and would not translate those.
    useEffect(() => icon.current?.closest('button')?.setAttribute('aria-label', label), [label]);
    return (
        <span
            ref={icon}
            className='zoom-header-icon'
        >
            <ProviderIcon/>
        </span>
    );
}
