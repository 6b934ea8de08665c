import React from 'react';

import {ProviderIcon} from './provider_icon';
import styles from './menu_text.css?inline';

import type {TextId} from '../../i18n';
import {addStyles} from '../../styles';
import {Text} from '../common/text';

addStyles(styles);

/** A menu entry's text with an icon, for Mattermost's menus that take only a text. */
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
