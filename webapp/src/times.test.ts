import {describe, expect, it} from 'vitest';

import {readTimes, replaceTimes} from './times';
import type {WrittenTime} from './times';

const noon: WrittenTime = {text: '2026-03-02 12:00 UTC', at: Date.UTC(2026, 2, 2, 12), style: 'datetime'};

describe('The times of a text', () => {
    it('are replaced wherever they are, the longest first', () => {
        const day: WrittenTime = {text: '2026-03-02', at: noon.at, style: 'date'};
        const text = 'From 2026-03-02 12:00 UTC on 2026-03-02, again 2026-03-02 12:00 UTC';
        expect(replaceTimes(text, [day, noon], ({style}) => style)).toBe('From datetime on date, again datetime');
    });

    it('are taken literally', () => {
        expect(replaceTimes('a.c abc [x] $&', [{...noon, text: 'a.c'}, {...noon, text: '[x]'}], () => '$&')).toBe('$& abc $& $&');
    });

    it.each([
        ['2026-03-02 12:00 UTC on', '\u200b2. März 2026 on'],
        ['on\n  2026-03-02 12:00 UTC', 'on\n  \u200b2. März 2026'],
        ['on 2026-03-02 12:00 UTC', 'on 2. März 2026'],
    ])('begin no list (%j)', (text, written) => {
        expect(replaceTimes(text, [noon], () => '2. März 2026')).toBe(written);
    });

    it('that a user forged are ignored', () => {
        const forged = [null, 7, 'x', {}, {...noon, text: ''}, {...noon, text: 'x'.repeat(65)}, {...noon, at: Infinity}, {...noon, at: 1e16}, {...noon, style: 'toString'}, noon];
        expect(readTimes(forged)).toEqual([noon]);
        expect(readTimes({length: 1e9})).toEqual([]);
        expect(readTimes(Array.from({length: 1000}, () => noon))).toHaveLength(100);
    });
});
