import {useEffect, useState} from 'react';

import {newClient} from '../client';
import {trustedJoinLink, webAddress} from '../links';
import type {Meeting} from '../meeting';

/** Asks the server for the host that the link of this post may lead to, where that is wanted; '' while there is none. */
export function useJoinHost({number, postId, link}: Meeting, wanted: boolean): string {
    const [host, setHost] = useState('');
    const claimed = webAddress(link)?.host ?? '';
    const ask = wanted && number !== '' && postId !== '' && trustedJoinLink(link, [claimed]) !== null;
    useEffect(() => {
        let gone = false;
        setHost('');
        if (ask) {
            newClient().joinHost(number, postId).then((answer) => !gone && setHost(answer), () => {
                // Without an answer the link stays plain text, which can still be copied.
            });
        }
        return () => {
            gone = true;
        };
    }, [ask, number, postId]);
    return host;
}
