import {useLayoutEffect, useRef} from 'react';

/**
 * When the element with the returned ref disappears while it has the focus, moves the focus to its nearest ancestor with a
 * tabIndex of -1. Without this, the browser would send keyboard users back to the top of the page.
 */
export function useFocusHandover<E extends HTMLElement>() {
    const element = useRef<E>(null);
    useLayoutEffect(() => {
        const focusable = element.current;

        // Runs while the element is still in the page.
        return () => {
            if (focusable && focusable === document.activeElement) {
                focusable.parentElement?.closest<HTMLElement>('[tabindex="-1"]')?.focus({preventScroll: true});
            }
        };
    }, []);
    return element;
}
