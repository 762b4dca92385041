'use client';

import { Printer } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '#app/ui/button.tsx';

export function PrintButton({ children }: { children: ReactNode }) {
  return (
    <Button className="print:hidden" onClick={() => window.print()}>
      <Printer aria-hidden="true" />
      {children}
    </Button>
  );
}
