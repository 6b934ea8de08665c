import React, {useEffect, useRef} from 'react';

import {useStartLabel} from '../../hooks/use_start_label';
import {CameraIcon} from '../common/icon';
import {Spinner} from '../common/spinner';

/** The camera icon in the channel header, or a spinner while a meeting starts. */
export function ChannelHeaderIcon() {
    const {label, busy} = useStartLabel();
    const icon = useRef<HTMLSpanElement>(null);

    // The button around the icon is Mattermost's, which doesn't know that the label and the state change.
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
