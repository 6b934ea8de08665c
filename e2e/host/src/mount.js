import {createRoot} from 'react-dom/client';

/** Puts the page's one tree into the document, as a web app on React 19 has to. */
export function mount(element, place) {
    createRoot(place).render(element);
}
