// The sandbox's control API, which does what a user does in the client.

/** Sends a request and returns the answer; what is refused throws an Error that says why. */
async function request(method, path, body, signal) {
    const response = await fetch(`/_sandbox/chat/${path}`, {method, body: body && JSON.stringify(body), signal});
    const answer = await response.json();
    if (!response.ok) {
        throw new Error(answer.error);
    }
    return answer;
}

/** Does something as a user. */
export const act = (what, body) => request('POST', what, body);

/** Lists all users. */
export const people = () => request('GET', 'people');

/** Returns what a user sees, at once or when that is no longer revision since. */
export function view(as, place, since, signal) {
    const query = new URLSearchParams({as, in: place});
    if (since !== undefined) {
        query.set('since', since);
    }
    return request('GET', `view?${query}`, undefined, signal);
}

/** Closes a webview. */
export const closeWebview = (id) => request('DELETE', `webviews/${id}`);
