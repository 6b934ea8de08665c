import React, {useLayoutEffect, useRef} from 'react';

import styles from './modal.css?inline';

import {addStyles} from '../../styles';
import {CloseIcon} from '../common/icon';
import {useText} from '../common/text';

addStyles(styles);

interface ModalProps {
    title: string;
    children: React.ReactNode;
    wide?: boolean;

    /** Whether a click outside the window closes it. False once the user has typed something, so that a slip loses nothing. */
    closesOnBackdrop: boolean;
    onClose(): void;
}

const focusable = 'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select:not([disabled]), [tabindex="0"]';

/**
 * A modal window. It keeps the focus while it is open and returns it afterwards; see
 * https://www.w3.org/WAI/ARIA/apg/patterns/dialog-modal/.
 */
export function Modal({title, children, wide = false, closesOnBackdrop, onClose}: ModalProps) {
    const text = useText();
    const box = useRef<HTMLDivElement>(null);
    useFocusKept(box); // before useFocusReturned, so that it ends first
    useFocusReturned(box);

    // A new step may have removed the focused element, and the window would get no more keys.
    useLayoutEffect(() => {
        if (!box.current?.contains(document.activeElement)) {
            box.current?.focus({preventScroll: true});
        }
    });

    const handleKey = (event: React.KeyboardEvent) => {
        // Mattermost moves the focus to its message box when the user types outside a field.
        event.stopPropagation();
        if (event.key === 'Escape') {
            onClose();
        } else if (event.key === 'Tab' && box.current) {
            keepInside(event, box.current);
        }
    };
    return (

        // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- a mouse shortcut for the close button
        <div
            className='zoom-modal'
            onMouseDown={(event) => {
                if (event.target === event.currentTarget) {
                    event.preventDefault(); // the focus stays in the window
                    if (closesOnBackdrop) {
                        onClose();
                    }
                }
            }}
        >
            {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape and Tab belong to a dialog */}
            <div
                ref={box}
                className={wide ? 'zoom-modal__box zoom-modal__box--wide' : 'zoom-modal__box'}
                role='dialog'
                aria-modal='true'
                aria-labelledby='zoom-modal-title'
                tabIndex={-1}
                onKeyDown={handleKey}
            >
                <div className='zoom-modal__head'>
                    <h1 id='zoom-modal-title'>{title}</h1>
                    <button
                        type='button'
                        className='zoom-modal__close'
                        aria-label={text('zoom.window.close')}
                        onClick={onClose}
                    >
                        <CloseIcon/>
                    </button>
                </div>
                {children}
            </div>
        </div>
    );
}

// Moves the focus to the window, and back to the element that had it before when the window closes.
function useFocusReturned(box: React.RefObject<HTMLElement | null>) {
    useLayoutEffect(() => {
        const before = document.activeElement;
        box.current?.focus({preventScroll: true});
        return () => {
            if (before instanceof HTMLElement && before.isConnected) {
                before.focus({preventScroll: true});
            }
        };
    }, [box]);
}

// Takes the focus back when the page moves it behind the window, as Mattermost does after it sends a command. Another window on top of
// this one can take the focus.
function useFocusKept(box: React.RefObject<HTMLElement | null>) {
    useLayoutEffect(() => {
        let last: HTMLElement | null = null;
        const follow = ({target}: FocusEvent) => {
            if (!(target instanceof HTMLElement) || !box.current) {
                return;
            }
            if (box.current.contains(target)) {
                last = target;
            } else if (!target.closest('[role="dialog"], .modal')) {
                (last?.isConnected ? last : box.current).focus({preventScroll: true});
            }
        };
        document.addEventListener('focusin', follow);
        return () => document.removeEventListener('focusin', follow);
    }, [box]);
}

function keepInside(event: React.KeyboardEvent, box: HTMLElement) {
    const all = Array.from(box.querySelectorAll<HTMLElement>(focusable));
    const first = all[0];
    const last = all[all.length - 1];
    const at = document.activeElement;
    if (!event.shiftKey && at === last) {
        event.preventDefault();
        first?.focus();
    } else if (event.shiftKey && (at === first || at === box)) {
        event.preventDefault();
        last?.focus();
    }
}
