import theme from './theme.css?inline';

const sheets = [theme];

/**
 * Adds a component's stylesheet to the plugin's. Components call it when they are imported, so a component's rules come after those of
 * the components that it uses.
 */
export function addStyles(css: string) {
    sheets.push(css);
}

/** Puts all stylesheets into the page, in one element. Returns a function that takes them out again. */
export function installStyles(): () => void {
    const element = document.createElement('style');
    element.textContent = sheets.join('\n');
    document.head.appendChild(element);
    return () => element.remove();
}
