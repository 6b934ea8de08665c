import React from 'react';

import styles from './spinner.css?inline';

import {addStyles} from '../../styles';

addStyles(styles);

/** A spinner. Screen readers skip it: the component that shows it also says in words what is in progress. */
export function Spinner() {
    return (
        <span
            className='zoom-spinner'
            aria-hidden='true'
        />
    );
}
