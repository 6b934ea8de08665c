import ReactDOM from 'react-dom';

/** Renders the page with React 17 or 18, as Mattermost does: changes after an `await` aren't batched. */
export function mount(element, place) {
    ReactDOM.render(element, place);
}
