import { useTranslations } from 'next-intl';
import { Button } from '#app/ui/button.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Form } from '#app/ui/form.tsx';
import { lookAgainAction, resolveDiscrepancyAction } from '../actions.ts';

/** Ask the partner once more, or say how it was settled. */
export function DiscrepancyActions({ discrepancyKey: key }: { discrepancyKey: string }) {
  const t = useTranslations('billing.manage');
  return (
    <span className="flex flex-wrap gap-2 py-1">
      <Form action={lookAgainAction} hidden={{ key }} className="inline-flex">
        <Button type="submit" size="sm">
          {t('askAgain')}
        </Button>
      </Form>
      <ConfirmButton
        action={resolveDiscrepancyAction}
        hidden={{ key }}
        title={t('reconciliation.resolveTitle')}
        description={t('reconciliation.resolveText')}
        confirm={t('reconciliation.resolve')}
        reason={{ label: t('reconciliation.how'), required: true, name: 'resolution' }}
        tone="primary"
        size="sm"
      >
        {t('reconciliation.resolve')}
      </ConfirmButton>
    </span>
  );
}
