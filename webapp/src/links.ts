/**
 * Returns the join link of a post if it points to one of the hosts that the server trusts, or null. Any user can write a post
 * of the plugin's type with any link in it, so other links get no button. Plain http is accepted only for loopback addresses,
 * for local development.
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

/** Parses an http or https URL. Returns null for everything else, such as 'javascript:' URLs. */
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
