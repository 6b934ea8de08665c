import {createRoot} from 'react-dom/client';

/** Puts the page's one tree into the document, as web apps on React 18 and later do. */
export function mount(element, place) {
    createRoot(place).render(element);
}
