import React from 'react';
import {FormattedMessage, useIntl} from 'react-intl';

import {english} from '../../i18n';
import type {TextId} from '../../i18n';

type Values = Record<string, string | number>;

/** Shows a text of the catalog in the reader's language. */
export function Text({id, values}: {id: TextId; values?: Record<string, React.ReactNode>}) {
    return (
        <FormattedMessage
            id={id}
            defaultMessage={english[id]}
            values={values}
        />
    );
}

/** Returns a function that returns texts of the catalog as strings, for attributes and announcements. */
export function useText(): (id: TextId, values?: Values) => string {
    const intl = useIntl();
    return (id, values) => intl.formatMessage({id, defaultMessage: english[id]}, values);
}
