import {useLayoutEffect, useRef} from 'react';

/**
 * Hands the focus on when the element with the returned ref vanishes while it has it: to the nearest element around it
 * that has a tabIndex of -1. The browser would send keyboard users back to the top of the page.
 */
export function useFocusHandedOn<E extends HTMLElement>() {
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
