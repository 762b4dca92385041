'use client';

import { useTranslations } from 'next-intl';
import { Toaster as Sonner, toast } from 'sonner';

export { toast };

/** Mounted once by the root layout. */
export function Toaster() {
  const t = useTranslations('ui');
  return (
    <Sonner
      position="bottom-center"
      containerAriaLabel={t('toast.region')}
      offset={{ bottom: 'max(1.5rem, env(safe-area-inset-bottom))' }}
      mobileOffset={{ bottom: '5.5rem' }}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            'flex w-full items-center gap-3 rounded-lg bg-ink px-4 py-3 font-sans text-sm text-paper shadow-lift sm:w-90',
          content: 'flex-1',
          title: 'font-medium',
          description: 'opacity-80',
          actionButton:
            'shrink-0 rounded-md bg-accent px-3 py-1.5 font-semibold text-on-accent hover:bg-accent-hover',
          icon: 'shrink-0',
        },
      }}
    />
  );
}

/** "Done" with a way back. `undo` runs at most once; the toast stays eight seconds. */
export function toastUndo(message: string, undoLabel: string, undo: () => void) {
  toast(message, { duration: 8000, action: { label: undoLabel, onClick: undo } });
}
