/** A time in a post's texts: as other clients show it, in UTC, and as data. */
export interface WrittenTime {
    text: string;

    /** Milliseconds since 1970. */
    at: number;
    style: 'datetime' | 'date' | 'time';
}

// A card has a few times. More, or longer ones, are a forged post's.
const maxTimes = 100;
const maxLength = 64;

/** Reads the times of a post's texts from its props. Anyone can write such a post, so invalid entries are left out. */
export function readTimes(value: unknown): WrittenTime[] {
    return Array.isArray(value) ? value.slice(0, maxTimes).filter(isWrittenTime) : [];
}

/** Replaces each time in a Markdown text by the string that format returns for it. */
export function replaceTimes(text: string, times: WrittenTime[], format: (time: WrittenTime) => string): string {
    if (times.length === 0) {
        return text;
    }
    const byText = new Map(times.map((time) => [time.text, time]));

    // The longest first: "2026-03-02 09:04 UTC" contains what another time may be written as.
    const texts = [...byText.keys()].sort((a, b) => b.length - a.length);
    const pattern = new RegExp(texts.map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
    return text.replace(pattern, (found, offset: number) => {
        const time = byText.get(found);
        const written = time ? format(time) : found;

        // At the start of a line, a date like "2. März 2026" would begin a list. A zero-width space keeps it text.
        const startsLine = /(^|\n)[ \t]*$/.test(text.slice(0, offset));
        return startsLine && /^\d+[.)]/.test(written) ? `\u200b${written}` : written;
    });
}

function isWrittenTime(value: unknown): value is WrittenTime {
    const {text, at, style} = (value ?? {}) as Record<string, unknown>;
    return typeof text === 'string' && text !== '' && text.length <= maxLength &&
        typeof at === 'number' && Math.abs(at) < 8.64e15 &&
        (style === 'datetime' || style === 'date' || style === 'time');
}
