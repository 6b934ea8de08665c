// Loads the build with the version of React in ?react=17, 18, or 19, and remembers it for the tab's next pages.
const wanted = new URLSearchParams(location.search).get('react') || sessionStorage.getItem('host.react') || '18';
sessionStorage.setItem('host.react', wanted);

const here = new URL(document.currentScript.src);

// Mattermost's page tells plugins the site's subpath this way.
window.basename = here.pathname.replace(/\/static\/boot\.js$/, '');

const script = document.createElement('script');
script.src = new URL(`host-${['17', '19'].includes(wanted) ? wanted : '18'}.js${here.search}`, here).href;

// Emoji that are drawn before the font loads would stay empty boxes.
document.fonts.load('14px "Host Emoji"', '❌').catch(() => {}).then(() => document.body.appendChild(script));
