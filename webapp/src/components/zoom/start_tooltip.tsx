import React from 'react';
import {FormattedMessage} from 'react-intl';

import {useStartLabel} from '../../hooks/use_start_label';
import {english} from '../../i18n';

function CurrentLabel() {
    return <>{useStartLabel().label}</>;
}

/**
 * The tooltip of the header button and App Bar entry, which follows what they would do just now. It has to be a bare
 * FormattedMessage on the outside: the web app names its header button for screen readers after that message, and after
 * nothing at all if it finds another component.
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
