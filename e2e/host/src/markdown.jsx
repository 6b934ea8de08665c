import DOMPurify from 'dompurify';
import {marked} from 'marked';
import React from 'react';

import {go} from './actions.js';
import {withEmoji} from './emoji.js';

const options = {breaks: true, gfm: true};

/** Draws a message's Markdown, roughly as Mattermost does. */
export function Markdown({text}) {
    return (
        <div
            className='markdown'
            onClick={followLinks}
            dangerouslySetInnerHTML={{__html: clean(marked.parse(withEmoji(text ?? ''), options))}}
        />
    );
}

/** Draws Markdown within a line, such as an attachment's title or a button's name. */
export function Inline({text}) {
    return <span dangerouslySetInnerHTML={{__html: clean(marked.parseInline(withEmoji(text ?? ''), options))}}/>;
}

function clean(html) {
    const safe = DOMPurify.sanitize(html, {ADD_ATTR: ['target']});
    return mentions(safe).replaceAll('<a href=', '<a target="_blank" rel="noopener noreferrer" href=');
}

// Highlights mentions of users and groups, except in code and links.
function mentions(html) {
    const holder = document.createElement('template');
    holder.innerHTML = html;
    const walker = document.createTreeWalker(holder.content, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
        if (!walker.currentNode.parentElement?.closest('code, a')) {
            texts.push(walker.currentNode);
        }
    }
    for (const node of texts) {
        const parts = node.data.split(/((?<![\w@])@[a-z0-9](?:[\w.-]*\w)?)/i);
        if (parts.length > 1) {
            node.replaceWith(...parts.map((part, index) => (index % 2 ? mention(part) : part)));
        }
    }
    return holder.innerHTML;
}

function mention(name) {
    const element = document.createElement('span');
    element.className = 'mention';
    element.textContent = name;
    return element;
}

// Links within the site open in the page. Plugin pages, such as the one that connects an account, open in a new tab.
function followLinks(event) {
    const href = event.target.closest('a')?.getAttribute('href');
    if (!href) {
        return;
    }
    const url = new URL(href, location.origin + window.basename + '/');
    const path = url.pathname.replace(new RegExp(`^${window.basename}`), '');
    if (url.origin !== location.origin) {
        return;
    }
    event.preventDefault();
    if (/^\/(plugins|api|files)\//.test(path)) {
        window.open(window.basename + path + url.search, '_blank', 'noopener');
    } else {
        go(path + url.search);
    }
}

/** The functions that Mattermost offers plugins for texts: Markdown to sanitized HTML, and HTML to an element. */
export const PostUtils = {
    formatText: (text, {singleline = false} = {}) => clean((singleline ? marked.parseInline : marked.parse)(withEmoji(text ?? ''), options)),
    messageHtmlToComponent: (html) => <div dangerouslySetInnerHTML={{__html: DOMPurify.sanitize(html, {ADD_ATTR: ['target']})}}/>,
};
