import React, {useEffect, useRef} from 'react';

import {useText} from '../common/text';

/** A screen with a pulse line, the icon of all providers. */
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

/** The providers' icon in the channel header. */
export function ProvidersHeaderIcon() {
    const label = useText()('zoom.sidebar.title');
    const icon = useRef<HTMLSpanElement>(null);

    // Mattermost's button around the icon takes its name only from plain strings, which it doesn't translate.
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
