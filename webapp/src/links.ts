/**
 * Parses the address of a join page that a post claims, and gives it back only when it leads to a host the server vouches
 * for. Any user can write a post of our type with any link in it, so a link that is not vouched for gets no button.
 * Plain http passes on the machine's own loopback only, for trying things out.
 */
export function trustedJoinLink(link: string, hosts: string[]): string | null {
    const url = webAddress(link);
    if (!url || url.username || url.password) {
        return null;
    }
    if (url.protocol !== 'https:' && !isLoopback(url.hostname)) {
        return null;
    }
    return hosts.some((host) => matches(url, host.toLowerCase())) ? url.href : null;
}

/** Parses an address that a browser may be sent to, or gives null: 'javascript:' and its kin are no addresses. */
export function webAddress(link: string): URL | null {
    try {
        const url = new URL(link);
        return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
    } catch {
        return null;
    }
}

function matches(url: URL, host: string): boolean {
    if (host.startsWith('.')) {
        return url.hostname.endsWith(host) && url.hostname.length > host.length;
    }
    return host !== '' && (url.hostname === host || url.host === host);
}

function isLoopback(hostname: string): boolean {
    return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
