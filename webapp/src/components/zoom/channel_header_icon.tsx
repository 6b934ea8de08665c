import React, {useEffect, useRef} from 'react';

import {useStartLabel} from '../../hooks/use_start_label';
import {CameraIcon} from '../common/icon';
import {Spinner} from '../common/spinner';

/** The camera in the channel header; a spinner while a meeting is being started. */
export function ChannelHeaderIcon() {
    const {label, busy} = useStartLabel();
    const icon = useRef<HTMLSpanElement>(null);

    // The button around the icon is the web app's, which knows neither our state nor that the label follows the thread.
    useEffect(() => {
        const button = icon.current?.closest('button');
        button?.setAttribute('aria-label', label);
        button?.setAttribute('aria-busy', String(busy));
    }, [label, busy]);

    return (
        <span
            ref={icon}
            className='zoom-header-icon'
        >
            {busy ? <Spinner/> : <CameraIcon/>}
        </span>
    );
}
