// Builds the host page into dist/, with the layout of Mattermost's own web client: the server serves root.html for every page, and the
// rest under /static. There is one bundle for each version of React that Mattermost ships. boot.js selects it.
import {createHash} from 'node:crypto';
import {cpSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {build} from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, 'dist');
const versions = {
    17: {react: 'react-17', 'react-dom': 'react-dom-17'},
    18: {react: 'react', 'react-dom': 'react-dom'},
    19: {react: 'react-19', 'react-dom': 'react-dom-19'},
};

function aliases(version) {
    return Object.entries(versions[version]).
        map(([name, folder]) => ({find: new RegExp(`^${name}(?=/|$)`), replacement: path.join(here, 'node_modules', folder)})).
        concat({find: 'host-mount', replacement: path.join(here, 'src', version === '19' ? 'mount.js' : 'mount_legacy.js')});
}

rmSync(dist, {recursive: true, force: true});
mkdirSync(dist, {recursive: true});
for (const version of Object.keys(versions)) {
    await build({
        root: here,
        configFile: false,
        logLevel: 'warn',
        resolve: {alias: aliases(version)},
        oxc: {jsx: {runtime: 'classic'}},
        define: {'process.env.NODE_ENV': '"production"'},
        build: {
            outDir: dist,
            emptyOutDir: false,
            copyPublicDir: false,
            lib: {entry: path.join(here, 'src/main.jsx'), formats: ['iife'], name: 'HostPage', fileName: () => `host-${version}.js`},
        },
    });
}
for (const file of ['boot.js', 'host.css', 'icon.svg']) {
    cpSync(path.join(here, 'static', file), path.join(dist, file));
}

// A machine that takes screenshots may not have an emoji font.
cpSync(path.join(here, 'node_modules/twemoji-colr-font/twemoji.woff2'), path.join(dist, 'emoji.woff2'));

// Browsers cache everything under /static for a year, so each build needs its own URLs.
const hash = createHash('sha256');
for (const file of ['boot.js', 'host.css', 'host-17.js', 'host-18.js', 'host-19.js']) {
    hash.update(readFileSync(path.join(dist, file)));
}
const page = readFileSync(path.join(here, 'static/root.html'), 'utf8');
writeFileSync(path.join(dist, 'root.html'), page.replaceAll('BUILD', hash.digest('hex').slice(0, 12)));
