import {useEffect, useState} from 'react';

import {newClient} from '../client';
import {trustedJoinLink, webAddress} from '../links';
import type {Meeting} from '../meeting';

/** Asks the server, if wanted, for the host that this post's link may point to. Returns '' until there is one. */
export function useJoinHost({number, postId, link}: Meeting, wanted: boolean): string {
    const [host, setHost] = useState('');
    const claimed = webAddress(link)?.host ?? '';
    const ask = wanted && number !== '' && postId !== '' && trustedJoinLink(link, [claimed]) !== null;
    useEffect(() => {
        let gone = false;
        setHost('');
        if (ask) {
            newClient().joinHost(number, postId).then((answer) => !gone && setHost(answer), () => {
                // The link stays plain text, which the reader can still copy.
            });
        }
        return () => {
            gone = true;
        };
    }, [ask, number, postId]);
    return host;
}
