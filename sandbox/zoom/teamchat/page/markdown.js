// Texts: plain with addresses as links, and Zoom's Markdown.
// https://developers.zoom.us/docs/chat/customizing-messages/message-with-markdown/
import {make} from './dom.js';

const address = /https?:\/\/[^\s<>"']+/;

// What Markdown has, in the order in which it is tried. Marks count only around words.
const marks = [
    {pattern: /`([^`\n]+)`/, build: (m) => make('code', {}, m[1])},
    {pattern: /<(https?:\/\/[^|>\s]+)(?:\|([^>]+))?>/, build: (m) => link(m[1], m[2] ?? m[1])},
    {pattern: /<!([^|>\s]+)(?:\|([^>]+))?>/, build: (m) => make('span.mention', {}, `@${m[2] ?? m[1]}`)},
    {pattern: address, build: (m) => link(m[0], m[0])},
    {pattern: /(?<!\w)\*(\S|\S[^*\n]*?\S)\*(?!\w)/, build: (m) => make('strong', {}, ...inline(m[1]))},
    {pattern: /(?<!\w)_(\S|\S[^_\n]*?\S)_(?!\w)/, build: (m) => make('em', {}, ...inline(m[1]))},
    {pattern: /(?<!\w)~(\S|\S[^~\n]*?\S)~(?!\w)/, build: (m) => make('s', {}, ...inline(m[1]))},
];

/** Makes a link that opens outside of the client. */
export function link(href, text) {
    return /^https?:\/\//.test(href) ? make('a', {href, target: '_blank', rel: 'noopener noreferrer'}, text) : document.createTextNode(text);
}

/** Returns the nodes of one line of Markdown. */
function inline(text) {
    let first = null;
    for (const mark of marks) {
        const found = mark.pattern.exec(text);
        if (found && (!first || found.index < first.found.index)) {
            first = {found, mark};
        }
    }
    if (!first) {
        return text ? [text] : [];
    }
    const {found, mark} = first;
    return [text.slice(0, found.index), mark.build(found), ...inline(text.slice(found.index + found[0].length))].filter((node) => node !== '');
}

/** Returns the nodes of a Markdown text: code blocks, quotes and lines. */
export function markdown(text) {
    const nodes = [];
    text.split(/```\n?([\s\S]*?)```/).forEach((part, i) => {
        if (i % 2 === 1) {
            nodes.push(make('pre', {}, part));
            return;
        }
        part.replace(/^\n|\n$/g, '').split('\n').forEach((line, j, all) => {
            if (line.startsWith('> ')) {
                nodes.push(make('blockquote', {}, ...inline(line.slice(2))));
                return;
            }
            nodes.push(...inline(line));
            if (j < all.length - 1) {
                nodes.push(make('br'));
            }
        });
    });
    return nodes;
}

/** Returns the nodes of a plain text, in which addresses are links. */
export function plain(text) {
    const found = address.exec(text);
    if (!found) {
        return text ? [text] : [];
    }
    return [text.slice(0, found.index), link(found[0], found[0]), ...plain(text.slice(found.index + found[0].length))].filter((node) => node !== '');
}
