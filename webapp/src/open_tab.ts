/**
 * Opens a page in a new tab that can neither see nor steer this one. Tells false when the browser kept it from opening,
 * as pop-up blockers do for a tab that no click asked for just now.
 */
export function openTab(url: URL): boolean {
    // The 'noopener' feature would cut the tie too, but makes open() answer null, as a blocked tab does.
    const tab = window.open(url.href, '_blank');
    if (tab) {
        tab.opener = null;
        return true;
    }

    // The desktop app hands the address to the system's browser and answers null.
    return /\bMattermost\/|\bElectron\//.test(navigator.userAgent);
}
