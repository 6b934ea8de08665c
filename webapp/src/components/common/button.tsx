import React from 'react';

import {Spinner} from './spinner';
import styles from './button.css?inline';

import {useFocusHandover} from '../../hooks/use_focus_handover';
import {addStyles} from '../../styles';

addStyles(styles);

interface ButtonProps {
    children: React.ReactNode;
    primary?: boolean;

    /** Shows a spinner and ignores clicks. The button stays focusable, so that keyboard users keep their place. */
    busy?: boolean;
    label?: string;
    onClick: () => void;
}

/** A button in the theme's colors. */
export function Button({children, primary, busy = false, label, onClick}: ButtonProps) {
    const ref = useFocusHandover<HTMLButtonElement>();
    return (
        <button
            ref={ref}
            type='button'
            className={className(primary)}
            aria-label={label}
            aria-busy={busy}
            aria-disabled={busy}
            onClick={() => !busy && onClick()}
        >
            {busy && <Spinner/>}
            {children}
        </button>
    );
}

interface LinkButtonProps {
    children: React.ReactNode;
    primary?: boolean;
    label?: string;
    href: string;
    onClick?: () => void;
}

/** A link that looks like a button and opens a new tab without access to this one. */
export function LinkButton({children, primary, label, href, onClick}: LinkButtonProps) {
    const ref = useFocusHandover<HTMLAnchorElement>();
    return (
        <a
            ref={ref}
            className={className(primary)}
            href={href}
            target='_blank'
            rel='noopener noreferrer'
            aria-label={label}
            onClick={onClick}
        >
            {children}
        </a>
    );
}

function className(primary = false): string {
    return primary ? 'zoom-button zoom-button--primary' : 'zoom-button';
}
