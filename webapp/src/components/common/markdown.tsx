import React from 'react';

import {webAddress} from '../../links';

const link = /(https?:\/\/[^\s)\]]+)/;

/**
 * Shows a text of the server's as the web app shows messages. Where the web app does not offer that, links work and the rest is as it is
 * written.
 */
export function Markdown({text, mentions = false}: {text: string; mentions?: boolean}) {
    const utils = window.PostUtils;
    if (utils) {
        const html = utils.formatText(text, {mentionHighlight: mentions, atMentions: mentions});
        return <div className='zoom-markdown'>{utils.messageHtmlToComponent(html, {mentions})}</div>;
    }
    return (
        <div className='zoom-markdown zoom-markdown--plain'>
            {text.split(link).map((part, index) => (webAddress(part) ? (
                <a
                    key={index}
                    href={part}
                    target='_blank'
                    rel='noopener noreferrer'
                >
                    {part}
                </a>
            ) : part))}
        </div>
    );
}
