import React from 'react';

import {ProviderIcon} from './provider_icon';

import type {TextId} from '../../i18n';
import {Text} from '../common/text';

/** An entry in a menu of the web app's, which leaves room for no icon but in the text. */
export function MenuText({id, provider}: {id: TextId; provider: string}) {
    return (
        <span className='zoom-menu-text'>
            <ProviderIcon/>
            <Text
                id={id}
                values={{provider}}
            />
        </span>
    );
}
