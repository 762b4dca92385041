import { ArrowLeft, ArrowRight } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { LinkButton } from '#app/ui/link-button.tsx';
import { type Search, withSearch } from '#app/ui/search-params.ts';

/** Pages of a list that goes on by id (`?before=`, `?after=`). Nothing at all while everything fits on one. */
export function NewerOlder({
  search,
  newer,
  older,
}: {
  search: Search;
  newer: string | null;
  older: string | null;
}) {
  const t = useTranslations('ordering.list');
  if (!newer && !older) return null;
  return (
    <nav aria-label={t('pages')} className="mt-4 flex items-center justify-between gap-3">
      <span>
        {newer && (
          <LinkButton href={withSearch(search, { after: newer, before: undefined })} rel="prev">
            <ArrowLeft aria-hidden="true" />
            {t('newer')}
          </LinkButton>
        )}
      </span>
      {older && (
        <LinkButton href={withSearch(search, { before: older, after: undefined })} rel="next">
          {t('older')}
          <ArrowRight aria-hidden="true" />
        </LinkButton>
      )}
    </nav>
  );
}
