'use client';

import { PackageCheck } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Dialog } from '#app/ui/dialog.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { SignatureField } from '#app/ui/signature-field.tsx';
import { issue } from '../actions.ts';

/** The one button that matters: the worker signs on the screen, and the box is issued [US-160]. */
export function HandOver({
  jobId,
  workerName,
  blockers,
  openCount,
  contents,
}: {
  jobId: string;
  workerName: string;
  blockers: ('lines' | 'cookie' | 'stock')[];
  openCount: number;
  contents: { id: string; name: string; unit: string; count: number }[];
}) {
  const t = useTranslations('consumables.job');
  const [open, setOpen] = useState(false);
  const blocked = blockers.length > 0;
  return (
    <div className="sticky bottom-0 z-10 -mx-5 mt-8 flex flex-wrap items-center justify-end gap-x-6 gap-y-2 border-t bg-paper px-5 pt-4 pb-[max(1rem,env(safe-area-inset-bottom))]">
      {blocked && (
        <p id="blocked" className="min-w-0 flex-1 basis-72 text-ink-2">
          {t('blocked', {
            what: blockers.map((blocker) => t(`blocker.${blocker}`, { count: openCount })).join('; '),
          })}
        </p>
      )}
      <Dialog
        wide
        open={open}
        onOpenChange={setOpen}
        title={t('issueTitle', { worker: workerName })}
        description={t('issueLead', { worker: workerName })}
        trigger={
          <Button
            variant="primary"
            size="xl"
            className="min-w-72"
            disabled={blocked}
            aria-describedby={blocked ? 'blocked' : undefined}
          >
            <PackageCheck aria-hidden="true" />
            {t('issue')}
          </Button>
        }
      >
        <Form action={issue} hidden={{ jobId }} onOk={() => setOpen(false)}>
          <ul aria-label={t('contents')} className="flex flex-wrap gap-x-6 gap-y-1 text-ink-2">
            {contents.map((line) => (
              <li key={line.id}>
                {line.name}{' '}
                <span className="whitespace-nowrap tabular-nums">
                  {line.count} {line.unit}
                </span>
              </li>
            ))}
          </ul>
          <Field group name="signature" label={t('signature', { worker: workerName })} required>
            <SignatureField />
          </Field>
          <Button type="submit" variant="primary" size="xl">
            {t('issued')}
          </Button>
        </Form>
      </Dialog>
    </div>
  );
}
