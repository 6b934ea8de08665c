// Checks that the bundle is small and contains nothing that Mattermost's page already has. Run by `npm run build`.
import {readFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';

const limit = 30_000;
const file = new URL('../dist/main.js', import.meta.url);
const code = readFileSync(file, 'utf8');
const zipped = gzipSync(code, {level: 9}).length;

// Each is a string that the named library keeps through minification.
const foreign = {
    React: ['react.element', 'react.transitional.element', '__SECRET_INTERNALS', '__CLIENT_INTERNALS'],
    'the JSX runtime': ['jsx-runtime', 'jsxDEV', 'react.fragment'],
    ReactDOM: ['__reactFiber', 'createRoot', 'data-reactroot'],
    Redux: ['@@redux', 'combineReducers'],
    'react-intl': ['MISSING_TRANSLATION', '@formatjs'],
    'parts that React 17 lacks': ['useSyncExternalStore', 'useId(', 'useTransition'],
    'a module loader': ['require('],
};

const wrong = Object.entries(foreign).flatMap(([name, marks]) =>
    marks.filter((mark) => code.includes(mark)).map((mark) => `contains ${name} (found ${JSON.stringify(mark)})`));
if (zipped > limit) {
    wrong.push(`is ${zipped} bytes gzipped, over the limit of ${limit}`);
}

console.log(`dist/main.js: ${code.length} bytes, ${zipped} gzipped (limit ${limit})`);
for (const reason of wrong) {
    console.error(`dist/main.js ${reason}`);
}
process.exitCode = wrong.length ? 1 : 0;
