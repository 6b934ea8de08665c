import ReactDOM from 'react-dom';

/** Puts the page's one tree into the document, as Mattermost does on React 17 and 18: changes after an `await` are not batched. */
export function mount(element, place) {
    ReactDOM.render(element, place);
}
