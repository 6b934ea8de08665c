import {createRoot} from 'react-dom/client';

/** Renders the page with React 19. */
export function mount(element, place) {
    createRoot(place).render(element);
}
