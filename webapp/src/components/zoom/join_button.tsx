import React from 'react';
import {useSelector} from 'react-redux';

import {useJoinHost} from '../../hooks/use_join_host';
import {trustedJoinLink} from '../../links';
import type {Meeting} from '../../meeting';
import {joinHosts} from '../../store/selectors';
import {LinkButton} from '../common/button';

interface JoinButtonProps {
    meeting: Meeting;
    label: string;
    children: React.ReactNode;
}

/** A join button if the server trusts the link's host, otherwise the link as plain text. */
export function JoinButton({meeting, label, children}: JoinButtonProps) {
    const hosts = useSelector(joinHosts);
    const link = meeting.link;
    const known = trustedJoinLink(link, hosts);

    // Other hosts are trusted only for the posts that Zoom named them for, which only the server knows.
    const own = useJoinHost(meeting, known === null);
    const href = known ?? trustedJoinLink(link, own ? [own] : []);
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
