import React from 'react';

/** A turning ring. It says nothing to screen readers: whoever shows it also says in words what is going on. */
export function Spinner() {
    return (
        <span
            className='zoom-spinner'
            aria-hidden='true'
        />
    );
}
