import React from 'react';
import {useSelector} from 'react-redux';

import {trustedJoinLink} from '../../links';
import {joinHosts} from '../../store/selectors';
import {LinkButton} from '../common/button';

interface JoinButtonProps {

    /** The link as the post claims it. */
    link: string;
    label: string;
    children: React.ReactNode;
}

/** The way into a meeting: a button where the server vouches for the link's host, else no more than the link's text. */
export function JoinButton({link, label, children}: JoinButtonProps) {
    const href = trustedJoinLink(link, useSelector(joinHosts));
    if (!href) {
        return link ? <span className='zoom-card__untrusted'>{link}</span> : null;
    }
    return (
        <LinkButton
            primary={true}
            href={href}
            label={label}
        >
            {children}
        </LinkButton>
    );
}
