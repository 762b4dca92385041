'use client';

import { useTranslations } from 'next-intl';
import { Button } from './button.tsx';
import { CopyText } from './copy-text.tsx';

/** For `error.tsx`: what happened, that nothing was done by halves, the number to tell us, and a way on. */
export function ErrorScreen({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations('ui.error');
  return (
    <div className="mx-auto flex max-w-lg flex-col items-start gap-4 px-4 py-16">
      <h1 className="text-2xl">{t('title')}</h1>
      <p className="text-ink-2">{t('body')}</p>
      {error.digest && (
        <p className="flex flex-wrap items-center gap-x-2 text-ink-2">
          {t('number')} <CopyText text={error.digest} />
        </p>
      )}
      <Button variant="primary" onClick={reset}>
        {t('action')}
      </Button>
    </div>
  );
}
