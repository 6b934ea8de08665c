import {defineConfig} from 'vitest/config';

// The libraries that a Mattermost page already has. The bundle takes these from the window, so that it shares the page's React and
// store, in whatever version the server ships.
const globals = {
    react: 'React',
    'react-dom': 'ReactDOM',
    redux: 'Redux',
    'react-redux': 'ReactRedux',
    'react-intl': 'ReactIntl',
    'react-bootstrap': 'ReactBootstrap',
    'prop-types': 'PropTypes',
};

export default defineConfig({

    // React.createElement instead of react/jsx-runtime: the page has no jsx-runtime, and bundling one would tie the plugin to
    // one version of React.
    oxc: {jsx: {runtime: 'classic'}},
    server: {fs: {allow: ['..']}},
    define: {'process.env.NODE_ENV': JSON.stringify('production')},
    build: {
        target: 'es2020',
        lib: {entry: 'src/index.tsx', formats: ['iife'], name: 'MattermostPluginZoom', fileName: () => 'main.js'},
        rollupOptions: {external: Object.keys(globals), output: {globals}},
    },
    test: {
        environment: 'jsdom',
        environmentOptions: {jsdom: {url: 'https://chat.example.com/team/channels/town-square'}},
        setupFiles: ['src/testing/setup.ts'],
        include: ['src/**/*.test.{ts,tsx}'],
        env: {NODE_ENV: 'test'},
        restoreMocks: true,

        // Vitest replaces stylesheets by empty strings otherwise.
        css: true,
    },
});
