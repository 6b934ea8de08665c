import React from 'react';

import styles from './markdown.css?inline';

import {webAddress} from '../../links';
import {addStyles} from '../../styles';

addStyles(styles);

const link = /(https?:\/\/[^\s)\]]+)/;

/**
 * Shows a Markdown text the way Mattermost shows messages. Mentions show users by the name that the reader's settings say. If
 * Mattermost doesn't offer that, links work and the rest appears as it is written.
 */
export function Markdown({text, mentions = false}: {text: string; mentions?: boolean}) {
    const utils = window.PostUtils;
    if (utils) {
        const html = utils.formatText(text, {mentionHighlight: mentions, atMentions: mentions});
        return (

            // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- the links in it handle keys
            <div
                className='zoom-markdown'
                onClick={stayInPage}
            >
                {utils.messageHtmlToComponent(html, {mentions})}
            </div>
        );
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

// Opens a link to a post or channel of this site without leaving the page, as Mattermost does in its own messages.
function stayInPage(event: React.MouseEvent) {
    const history = window.WebappUtils?.browserHistory;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const site = `${window.location.origin}${(window.basename ?? '').replace(/\/+$/, '')}`;
    const path = link?.href.startsWith(`${site}/`) ? link.href.slice(site.length) : '';
    if (history && path && !/^\/(plugins|api|files)\//.test(path) && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        history.push(path);
    }
}
