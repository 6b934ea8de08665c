import React from 'react';
import {FormattedMessage} from 'react-intl';

import {useStartLabel} from '../../hooks/use_start_label';
import {english} from '../../i18n';

function CurrentLabel() {
    return <>{useStartLabel().label}</>;
}

/**
 * The tooltip of the header button and the App Bar entry, which says what a click does now. The outermost element must be a
 * FormattedMessage: Mattermost uses that message as the header button's accessible name, and ignores other components.
 */
export function startTooltip() {
    return (
        <FormattedMessage
            id='zoom.label.start'
            defaultMessage={english['zoom.label.start']}
        >
            {() => <CurrentLabel/>}
        </FormattedMessage>
    );
}
