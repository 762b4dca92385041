import type { Metadata } from 'next';
import { NotFoundWords } from './ui/not-found-words.tsx';

export const metadata: Metadata = { robots: { index: false } };

/** Also the answer to whoever may not know that something exists. */
export default function NotFound() {
  return (
    <main id="main" className="grid min-h-[80dvh] place-items-center">
      <div>
        <NotFoundWords />
      </div>
    </main>
  );
}
