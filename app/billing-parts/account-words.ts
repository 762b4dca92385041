import type { useTranslations } from 'next-intl';

/** An account of the books as people read it: its kind, and whose it is. */
export function accountWords(
  t: ReturnType<typeof useTranslations<'billing'>>,
  names: ReadonlyMap<string, string>,
  id: string,
): string {
  const [book, kind, party] = id.split(':');
  const words = t(`manage.accounts.${book}.${kind}` as never);
  return party ? `${words}: ${names.get(party) ?? party.slice(0, 8)}` : words;
}
