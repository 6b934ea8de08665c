// Mattermost's standard themes, and the CSS variables that components use.
const light = {
    type: 'Denim', sidebarBg: '#1e325c', sidebarText: '#ffffff', sidebarUnreadText: '#ffffff', sidebarTextHoverBg: '#28427b',
    sidebarTextActiveBorder: '#5d89ea', sidebarTextActiveColor: '#ffffff', sidebarHeaderBg: '#192a4d', sidebarHeaderTextColor: '#ffffff',
    sidebarTeamBarBg: '#14213e', onlineIndicator: '#3db887', awayIndicator: '#ffbc1f', dndIndicator: '#d24b4e', mentionBg: '#ffffff',
    mentionColor: '#1e325c', centerChannelBg: '#ffffff', centerChannelColor: '#3f4350', newMessageSeparator: '#cc8f00', linkColor: '#386fe5',
    buttonBg: '#1c58d9', buttonColor: '#ffffff', errorTextColor: '#d24b4e', mentionHighlightBg: '#ffd470', mentionHighlightLink: '#1b1d22', codeTheme: 'github',
};
const dark = {
    ...light,
    type: 'Onyx', sidebarBg: '#202228', sidebarTextHoverBg: '#25262a', sidebarTextActiveBorder: '#4a7ce8', sidebarHeaderBg: '#24272d',
    sidebarTeamBarBg: '#292c33', awayIndicator: '#f5ab00', mentionBg: '#4b7ce7', mentionColor: '#ffffff', centerChannelBg: '#191b1f',
    centerChannelColor: '#e3e4e8', newMessageSeparator: '#1adbdb', linkColor: '#5d89ea', buttonBg: '#4a7ce8', errorTextColor: '#da6c6e',
    mentionHighlightBg: '#0d6e6e', mentionHighlightLink: '#a4f4f4', codeTheme: 'monokai',
};

export const themes = {denim: light, onyx: dark};

/** Applies a theme to the page. The System Console always has the light one. */
export function applyTheme(theme) {
    for (const [key, value] of Object.entries(theme)) {
        if (/^#[0-9a-f]{6}$/i.test(value)) {
            const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace('team-bar', 'teambar');
            const rgb = [1, 3, 5].map((at) => parseInt(value.slice(at, at + 2), 16)).join(', ');
            document.documentElement.style.setProperty(`--${name}`, value);
            document.documentElement.style.setProperty(`--${name}-rgb`, rgb);
        }
    }
    document.documentElement.style.setProperty('--error-text', theme.errorTextColor);
    document.documentElement.style.colorScheme = theme.type === 'Onyx' ? 'dark' : 'light';
}
