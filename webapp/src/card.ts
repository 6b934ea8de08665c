import {webAddress} from './links';

import type {Post} from './types/mattermost-webapp';

/** A button of a card, or a menu if it has options. */
export interface CardAction {
    id: string;
    name: string;
    style: string;
    options: Array<{text: string; value: string}>;
}

/** A card as its post describes it: the attachment that other clients show, and what an attachment can't hold. Texts are Markdown. */
export interface Card {
    title: string;

    /** '' if the card has no page, or its address isn't an http or https URL. */
    url: string;

    /** A color such as '#d00000', or '' for none. */
    color: string;
    author: string;
    text: string;
    fields: Array<{title: string; value: string; short: boolean}>;
    actions: CardAction[];
    footer: string;

    /** Milliseconds since 1970, or 0 if unknown. */
    at: number;
}

/** Reads the card of a post, or returns null if it has none. Anyone can write such a post, so a value of the wrong type counts as missing. */
export function readCard(post: Post): Card | null {
    const attachment = object(list(post.props?.attachments)[0]);
    const more = object(post.props?.card);
    const title = text(attachment.title) || text(attachment.fallback);
    if (!title) {
        return null;
    }
    const color = text(attachment.color);
    return {
        title,
        url: webAddress(text(attachment.title_link))?.href ?? '',
        color: /^#[0-9a-f]{6}$/i.test(color) ? color : '',
        author: text(attachment.author_name),
        text: text(attachment.text),
        fields: list(attachment.fields).map(object).map((field) => ({title: text(field.title), value: text(field.value), short: field.short === true})),
        actions: list(attachment.actions).map(object).map(action).filter(({id, name}) => id && name),
        footer: typeof more.footer === 'string' ? more.footer : text(attachment.footer),

        at: typeof more.at === 'number' && Math.abs(more.at) < 8.64e15 ? more.at : 0,
    };
}

function action(found: Record<string, unknown>): CardAction {
    const options = found.type === 'select' ? list(found.options).map(object) : [];
    return {id: text(found.id), name: text(found.name), style: text(found.style), options: options.map((option) => ({text: text(option.text), value: text(option.value)}))};
}

function text(value: unknown): string {
    return typeof value === 'string' ? value : '';
}

function list(value: unknown): unknown[] {
    return Array.isArray(value) ? value : [];
}

function object(value: unknown): Record<string, unknown> {
    return value !== null && typeof value === 'object' ? value as Record<string, unknown> : {};
}
