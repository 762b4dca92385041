import type { useTranslations } from 'next-intl';

/** Why a partner refused, in the reader's words; a code that we do not know is only called a refusal. */
export function failureWords(t: ReturnType<typeof useTranslations<'billing'>>, code: string | null): string {
  const key = `failureCodes.${code}` as 'failureCodes.other';
  return code && t.has(key) ? t(key) : t('failureCodes.other');
}
