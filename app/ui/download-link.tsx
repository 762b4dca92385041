import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { buttonClass } from './button-class.ts';

/** Looks like a button, fetches a file. Not a Link: nothing is fetched ahead, and the page stays. */
export function DownloadLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} download className={buttonClass()}>
      <Download aria-hidden="true" />
      {children}
    </a>
  );
}
