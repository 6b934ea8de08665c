import ReactDOM from 'react-dom';

/** Puts the page's one tree into the document, as web apps on React 17 do. */
export function mount(element, place) {
    ReactDOM.render(element, place);
}
