import DOMPurify from 'dompurify';
import {marked} from 'marked';
import React from 'react';

/** Draws a message's Markdown, roughly as Mattermost does. */
export function Markdown({text}) {
    const html = DOMPurify.sanitize(marked.parse(text ?? '', {breaks: true, gfm: true}), {ADD_ATTR: ['target']});
    return (
        <div
            className='markdown'
            onClick={openLinksApart}
            dangerouslySetInnerHTML={{__html: html.replaceAll('<a href=', '<a target="_blank" rel="noopener noreferrer" href=')}}
        />
    );
}

// Plugin pages, for example the one that connects an account, open in a tab of their own.
function openLinksApart(event) {
    const link = event.target.closest('a');
    if (link?.getAttribute('href')?.startsWith('/')) {
        event.preventDefault();
        window.open(window.basename + link.getAttribute('href').replace(new RegExp(`^${window.basename}`), ''), '_blank', 'noopener');
    }
}
