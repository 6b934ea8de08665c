import {describe, expect, it} from 'vitest';

const sheets = import.meta.glob<string>('../**/*.css', {query: '?inline', import: 'default', eager: true});
const sources = Object.entries(import.meta.glob<string>('../**/*.{ts,tsx}', {query: '?raw', import: 'default', eager: true})).
    filter(([path]) => !path.includes('.test.') && !path.includes('/testing/'));
const code = sources.map(([, source]) => source).join('\n');

// The self-check's colors, the shade behind a window, and a fallback for themes without an error color.
const fixed = ['rgba(61, 184, 135, ', 'rgba(245, 171, 0, ', 'rgba(210, 75, 78, ', 'rgba(0, 0, 0, ', 'rgba(var(--error-text-color-rgb, 210, 75, 78), '];

// Built from a state: 'zoom-checks__status--ok'.
const built = ['zoom-checks__status--', 'zoom-open--', 'zoom-button--danger'];

describe.each(Object.entries(sheets))('The stylesheet %s', (path, css) => {
    it('takes its colors from the theme', () => {
        expect(css, 'tests must see the rules, see css in vite.config.ts').toMatch(/zoom/);
        const colors = css.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/[\s;{](?:color|background|border-\w*color|accent-color)\s*:\s*([^;}]+)/g);
        for (const [, value] of colors) {
            expect(value).toSatisfy((color: string) => /var\(--|^(inherit|none|transparent|currentcolor)$/.test(color) || fixed.some((known) => color.startsWith(known)));
        }
    });

    it('has no class that no component uses', () => {
        const names = [...new Set(css.match(/(?<=\.)zoom-[\w-]+/g))];
        expect(names.filter((name) => !code.includes(name) && !built.some((start) => name.startsWith(start)))).toEqual([]);
    });

    it('is added by the module beside it', () => {
        const name = path.slice(path.lastIndexOf('/') + 1);
        const folder = path.slice(0, path.lastIndexOf('/') + 1);
        const users = sources.filter(([source, text]) => source.startsWith(folder) && text.includes(`'./${name}?inline'`));
        expect(users).toHaveLength(1);
    });
});
