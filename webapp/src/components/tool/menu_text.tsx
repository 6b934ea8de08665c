import React from 'react';

import {ToolIcon} from './tool_icon';

import type {TextId} from '../../i18n';
import {Text} from '../common/text';

/** An entry in a menu of the web app's, which leaves room for no icon but in the text. */
export function MenuText({id, tool}: {id: TextId; tool: string}) {
    return (
        <span className='zoom-menu-text'>
            <ToolIcon/>
            <Text
                id={id}
                values={{tool}}
            />
        </span>
    );
}
