// Pages of apps in a window of the client. A page talks to the client as @zoom/appssdk does in a browser: by messages to the
// window that embeds it.
import {act, closeWebview} from './api.js';
import {byID, notice} from './dom.js';

let open = null;

/**
 * Opens a page.
 * @param {{id: string, url: string, title: string, size: string, app: string}} webview
 * @param {(preview: Object) => void} compose is given the card that the page composes
 */
export function openWebview(webview, compose) {
    const dialog = byID('webview');
    open = {...webview, compose};
    byID('webview-title').textContent = `${webview.title} – ${webview.app}`;
    byID('webview-page').src = webview.url;
    dialog.dataset.size = webview.size;
    dialog.showModal();
}

/** Closes the page. A card that it composed keeps it known until the card is sent. */
function close(keep) {
    const closed = open;
    open = null;
    byID('webview-page').removeAttribute('src');
    byID('webview').close();
    if (closed && !keep) {
        closeWebview(closed.id).catch(() => {}); // it is closed already
    }
}

/** Serves a call of the page. */
async function call({jsCallId, apiName, data}, page) {
    const {id, compose} = open;
    let answer;
    try {
        answer = await act(`webviews/${id}`, {api: apiName, data});
    } catch (err) {
        answer = {error: err.message};
    }
    page.postMessage({type: 'apiResponse', data: {jsCallId, result: answer.result, errorMessage: answer.error}}, '*');
    if (answer.open_url) {
        window.open(answer.open_url, '_blank', 'noopener');
    }
    if (answer.preview) {
        compose({...answer.preview, card: id});
        close(true);
    } else if (answer.close || (apiName === 'sendMessageToChat' && !answer.error)) {
        close();
    }
    if (answer.error) {
        notice(answer.error);
    }
}

/** Connects the window. */
export function startWebviews() {
    byID('close-webview').addEventListener('click', () => close());
    byID('webview').addEventListener('cancel', () => close());
    window.addEventListener('message', (event) => {
        const page = byID('webview-page').contentWindow;
        if (!open || event.source !== page || typeof event.data !== 'string') {
            return;
        }
        try {
            call(JSON.parse(event.data), page);
        } catch {
            // not a call of the SDK
        }
    });
}
