/**
 * Opens a page in a new tab without access to this one. Returns false if the browser blocked it, as it does when the user
 * didn't click anything just before.
 */
export function openTab(url: URL): boolean {
    // With the 'noopener' feature, open() would return null for an opened tab too.
    const tab = window.open(url.href, '_blank');
    if (tab) {
        tab.opener = null;
        return true;
    }

    // The desktop app opens the address in the system's browser and returns null.
    return /\bMattermost\/|\bElectron\//.test(navigator.userAgent);
}
