import {describe, expect, it} from 'vitest';

import {english} from './index';

// The sources as text, without the tests.
const sources = Object.entries(import.meta.glob<string>('../**/*.{ts,tsx}', {query: '?raw', import: 'default', eager: true})).
    filter(([path]) => !path.includes('.test.') && !path.includes('/testing/')).
    map(([, source]) => source).join('\n');

describe('The catalog of texts', () => {
    it('has no text that nothing shows', () => {
        const built = ['zoom.setup.redirect_url', 'zoom.setup.webhook_url', 'zoom.setup.deauthorization_url', 'zoom.setup.ok', 'zoom.setup.warn', 'zoom.setup.fail'];
        const unused = Object.keys(english).filter((id) => !sources.includes(`'${id}'`) && !built.includes(id));
        expect(unused).toEqual([]);
    });

    it('has no text that is blank or contains markup', () => {
        for (const text of Object.values(english)) {
            expect(text).toMatch(/^[^<>]+$/);
        }
    });
});
