/** The words of a bilingual name in the reader's language. */
export const localized = (words: { en: string; ru: string }, locale: string): string =>
  locale === 'ru' ? words.ru : words.en;
