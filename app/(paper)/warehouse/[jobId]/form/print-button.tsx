'use client';

import { Printer } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Button } from '#app/ui/button.tsx';

export function PrintButton() {
  const t = useTranslations('consumables.form');
  return (
    <Button variant="primary" size="lg" onClick={() => window.print()}>
      <Printer aria-hidden="true" />
      {t('print')}
    </Button>
  );
}
