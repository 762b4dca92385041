import { Search as Glass } from 'lucide-react';
import Form from 'next/form';
import { useTranslations } from 'next-intl';
import type { Search } from './search-params.ts';

/** Searches by URL (`?q=`), keeping the other parameters except the page. `/` focuses it in the manager portal. */
export function SearchField({ path, search, label }: { path: string; search: Search; label?: string }) {
  const t = useTranslations('ui');
  const kept = Object.entries(search).filter(([key]) => key !== 'q' && key !== 'page');
  const words = label ?? t('search');
  return (
    <Form action={path} role="search" className="relative w-full sm:w-72">
      {kept.map(
        ([key, value]) =>
          typeof value === 'string' && <input key={key} type="hidden" name={key} value={value} />,
      )}
      <Glass
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 left-3 size-[1.1em] -translate-y-1/2 text-ink-3"
      />
      <input
        type="search"
        name="q"
        data-search
        defaultValue={typeof search.q === 'string' ? search.q : ''}
        key={typeof search.q === 'string' ? search.q : ''}
        aria-label={words}
        placeholder={words}
        maxLength={100}
        className="control pl-[calc(0.75rem+1.6em)]!"
      />
    </Form>
  );
}
