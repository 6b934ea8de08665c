import en from './en.json';

/** The ID of a text in the catalog. */
export type TextId = keyof typeof en;

/** The English texts, which are the fallback for all languages. */
export const english: Record<TextId, string> = en;

/** Returns the texts for Mattermost to use in any language. So far there are only English ones. */
export function translationsFor(): Record<string, string> {
    return english;
}
