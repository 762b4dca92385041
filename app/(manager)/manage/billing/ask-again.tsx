import { useTranslations } from 'next-intl';
import { Button } from '#app/ui/button.tsx';
import { Form } from '#app/ui/form.tsx';
import { askAgainAction } from './actions.ts';

/** Asks a silent partner once more: safe, because it is the same key. */
export function AskAgain({ attemptId }: { attemptId: string }) {
  const t = useTranslations('billing.manage');
  return (
    <Form action={askAgainAction} hidden={{ attemptId }} className="inline-flex">
      <Button type="submit">{t('askAgain')}</Button>
    </Form>
  );
}
