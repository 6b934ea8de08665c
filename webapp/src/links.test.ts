import {describe, expect, it} from 'vitest';

import {trustedJoinLink} from './links';

const hosts = ['zoom.us', '.zoom.us', 'zoom.example.com', 'localhost:8065', '127.0.0.1'];

describe('A join link', () => {
    it.each([
        'https://zoom.us/j/1?pwd=x',
        'https://us02web.zoom.us/j/1',
        'https://acme.zoom.us:443/my/alice',
        'https://ZOOM.US/j/1',
        'https://zoom.example.com/j/1',
        'http://127.0.0.1:9000/j/1',
        'http://localhost:8065/j/1',
    ])('%s is trusted', (link) => {
        expect(trustedJoinLink(link, hosts)).toBe(new URL(link).href);
    });

    it.each([
        'http://zoom.us/j/1',
        'https://evilzoom.us/j/1',
        'https://zoom.us.evil.example/j/1',
        'https://zoom.us@evil.example/',
        'https://zoom.us:pw@zoom.us/',
        'https://sub.zoom.example.com/j/1',
        'https://.zoom.us/j/1',
        'https://zoom.us%2eevil.example/',
        'https://zοοm.us/j/1',
        'http://localhost:9000/j/1',
        'zoommtg://zoom.us/join?confno=1',
        'javascript:alert(1)//zoom.us',
        'data:text/html,zoom.us',
        '//zoom.us/j/1',
        '/j/1',
        '',
    ])('%s is not', (link) => {
        expect(trustedJoinLink(link, hosts)).toBeNull();
    });

    it('is never trusted because of an empty list or an empty entry', () => {
        expect(trustedJoinLink('https://zoom.us/', [])).toBeNull();
        expect(trustedJoinLink('https://zoom.us/', ['', '.'])).toBeNull();
    });

    it('survives any text that a user can put there', () => {
        let seed = 1;
        const next = (limit: number) => {
            seed = (seed * 48271) % 2147483647;
            return seed % limit;
        };
        const parts = ['https://', 'http:', '//', 'zoom.us', '@', ':', '%', '\\', '\u0000', '\u202e', '.', 'evil', '[::1]', '#', '?', ' ', '1e9', '\ud800'];
        for (let round = 0; round < 5000; round++) {
            const link = Array.from({length: next(9)}, () => parts[next(parts.length)]).join('');
            const trusted = trustedJoinLink(link, ['zoom.us', '.zoom.us']);
            if (trusted) {
                expect(new URL(trusted)).toMatchObject({protocol: 'https:', username: '', password: ''});
                expect(new URL(trusted).hostname).toMatch(/^([^/]+\.)?zoom\.us$/);
            }
        }
    });
});
