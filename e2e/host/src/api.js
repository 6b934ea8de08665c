// The real server's REST API, as the logged-in user.

/** An error response. */
export class ApiError extends Error {
    constructor(status, body) {
        super(body?.message || `status ${status}`);
        this.status = status;
        this.id = body?.id;
    }
}

async function call(method, path, body) {
    const token = document.cookie.match(/(?:^|;\s*)MMCSRF=([^;]*)/)?.[1] ?? '';
    const response = await fetch(`${window.basename}/api/v4${path}`, {
        method,
        headers: {'Content-Type': 'application/json', 'X-Requested-With': 'XMLHttpRequest', 'X-CSRF-Token': token},
        body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = await response.json().catch(() => null);
    if (!response.ok) {
        throw new ApiError(response.status, answer);
    }
    return answer;
}

export const api = {
    get: (path) => call('GET', path),
    post: (path, body = {}) => call('POST', path, body),
    put: (path, body = {}) => call('PUT', path, body),
    delete: (path) => call('DELETE', path),
    image: (userId) => `${window.basename}/api/v4/users/${userId}/image`,
};
