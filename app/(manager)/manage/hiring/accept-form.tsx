'use client';

import { useTranslations } from 'next-intl';
import { type ReactNode, useId, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Dialog, DialogClose } from '#app/ui/dialog.tsx';
import { Form } from '#app/ui/form.tsx';
import { accept } from './actions.ts';

/**
 * Scores, and the question before a cat is taken on: without it Enter in a field of a score would hire. The form stays
 * beside the application that it judges.
 */
export function AcceptForm({
  applicationId,
  name,
  children,
}: {
  applicationId: string;
  name: string;
  children: ReactNode;
}) {
  const t = useTranslations('hiring.decide');
  const ui = useTranslations('ui');
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <Form id={id} action={accept} hidden={{ applicationId }}>
      {children}
      <Dialog
        open={open}
        onOpenChange={setOpen}
        trigger={<Button variant="primary">{t('accept')}</Button>}
        title={t('acceptTitle', { name })}
        description={t('acceptLead')}
      >
        <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
          <DialogClose render={<Button variant="quiet">{ui('back')}</Button>} />
          <Button
            variant="primary"
            onClick={() => {
              setOpen(false);
              (document.getElementById(id) as HTMLFormElement).requestSubmit();
            }}
          >
            {t('accept')}
          </Button>
        </div>
      </Dialog>
    </Form>
  );
}
