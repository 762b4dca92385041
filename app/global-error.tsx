'use client';

import './globals.css';
import { Button } from './ui/button.tsx';

/** The last resort: the document itself failed, so neither texts nor providers can be counted on. Both languages at once. */
export default function GlobalError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <html lang="en">
      <body>
        <main className="mx-auto flex max-w-lg flex-col items-start gap-4 px-4 py-16">
          <h1 className="text-2xl">This page could not be shown</h1>
          <p className="text-ink-2">
            The fault is ours and has been noted. Nothing you did before is lost. Try again in a minute.
          </p>
          <p lang="ru" className="text-ink-2">
            Страницу не удалось показать. Ошибка на нашей стороне, мы её записали. Сделанное раньше сохранено.
            Попробуйте ещё раз через минуту.
          </p>
          {error.digest && <code className="font-mono text-sm">{error.digest}</code>}
          <Button variant="primary" onClick={reset}>
            Try again · <span lang="ru">Ещё раз</span>
          </Button>
        </main>
      </body>
    </html>
  );
}
