import en from './en.json';

/** The name of a text in the catalogue. */
export type TextId = keyof typeof en;

/** The English texts, which stand in wherever a language has none of its own. */
export const english: Record<TextId, string> = en;

/** Hands the web app the plugin's texts for a language. English is all there is so far, and better than bare ids. */
export function translationsFor(): Record<string, string> {
    return english;
}
