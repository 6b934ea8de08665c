import React from 'react';

import {webAddress} from '../../links';

/** A name that links to its page in the provider, if it has one. */
export function Named({name, url}: {name: string; url: string}) {
    const address = webAddress(url);
    return address ? (
        <a
            href={address.href}
            target='_blank'
            rel='noopener noreferrer'
        >
            {name}
        </a>
    ) : <span>{name}</span>;
}
