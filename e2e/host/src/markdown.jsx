import DOMPurify from 'dompurify';
import {marked} from 'marked';
import React from 'react';

import {withEmoji} from './emoji.js';

const options = {breaks: true, gfm: true};

/** Draws a message's Markdown, roughly as Mattermost does. */
export function Markdown({text}) {
    return (
        <div
            className='markdown'
            onClick={openLinksApart}
            dangerouslySetInnerHTML={{__html: clean(marked.parse(withEmoji(text ?? ''), options))}}
        />
    );
}

/** Draws Markdown within a line: the title of an attachment, the name of a button. */
export function Inline({text}) {
    return <span dangerouslySetInnerHTML={{__html: clean(marked.parseInline(withEmoji(text ?? ''), options))}}/>;
}

function clean(html) {
    const safe = DOMPurify.sanitize(html, {ADD_ATTR: ['target']});
    return mentions(safe).replaceAll('<a href=', '<a target="_blank" rel="noopener noreferrer" href=');
}

// People and groups that are called stand out, wherever they are text and not code or part of an address.
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

// Plugin pages, for example the one that connects an account, open in a tab of their own.
function openLinksApart(event) {
    const link = event.target.closest('a');
    if (link?.getAttribute('href')?.startsWith('/')) {
        event.preventDefault();
        window.open(window.basename + link.getAttribute('href').replace(new RegExp(`^${window.basename}`), ''), '_blank', 'noopener');
    }
}
