import React, {useLayoutEffect, useRef} from 'react';

import {CloseIcon} from '../common/icon';
import {useText} from '../common/text';

interface ModalProps {
    title: string;
    children: React.ReactNode;
    wide?: boolean;

    /** Whether a click beside the window closes it. What the user has typed is not lost to a slip of the hand. */
    closesOnBackdrop: boolean;
    onClose(): void;
}

const focusable = 'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select:not([disabled]), [tabindex="0"]';

/**
 * A window above the page, which has the focus as long as it is open and gives it back; see
 * https://www.w3.org/WAI/ARIA/apg/patterns/dialog-modal/.
 */
export function Modal({title, children, wide = false, closesOnBackdrop, onClose}: ModalProps) {
    const text = useText();
    const box = useRef<HTMLDivElement>(null);
    useFocusKept(box); // ends before the focus is given back
    useFocusGivenBack(box);

    // What had the focus may be gone with the step before, and keys pressed on the page would not reach the window.
    useLayoutEffect(() => {
        if (!box.current?.contains(document.activeElement)) {
            box.current?.focus({preventScroll: true});
        }
    });

    const press = (event: React.KeyboardEvent) => {
        // The web app moves the focus to its message box at every letter that is typed outside a field.
        event.stopPropagation();
        if (event.key === 'Escape') {
            onClose();
        } else if (event.key === 'Tab' && box.current) {
            keepInside(event, box.current);
        }
    };
    return (

        // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- a mouse's shortcut for the button that closes
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
                onKeyDown={press}
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

// Has the window take the focus now, and whatever had it before take it again at once when it is gone.
function useFocusGivenBack(box: React.RefObject<HTMLElement | null>) {
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

// Takes the focus back when the page moves it behind the window, as the web app does after a command was sent. Another window above
// this one may have it.
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
