import { getTranslations } from 'next-intl/server';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Field } from '#app/ui/field.tsx';
import { NumberField } from '#app/ui/inputs.tsx';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { LinkTabs } from '#app/ui/link-tabs.tsx';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { openAuditCount } from '#lib/quality/index.ts';
import { mostPicked } from '#lib/quality/inputs.ts';
import { pick } from './actions.ts';

const base = '/manage/quality';
const tabs = {
  open: base,
  concluded: `${base}?view=concluded`,
  hypotheses: `${base}/hypotheses`,
} as const;

/** What the three views of quality have in common: title, tabs, and the button that draws orders [US-190]. */
export async function QualityHeader({ ctx, current }: { ctx: Ctx; current: keyof typeof tabs }) {
  const [t, waiting] = await Promise.all([getTranslations('quality'), openAuditCount(ctx)]);
  return (
    <>
      <PageHeader
        title={t('title')}
        actions={
          <ConfirmButton
            action={pick}
            title={t('pick.title')}
            description={t('pick.lead')}
            confirm={t('pick.confirm')}
            tone="primary"
            fields={
              <Field name="count" label={t('pick.count')} required>
                <NumberField min={1} max={mostPicked} defaultValue={3} />
              </Field>
            }
          >
            {t('pick.do')}
          </ConfirmButton>
        }
      />
      <LinkTabs
        label={t('views')}
        current={tabs[current]}
        items={Object.entries(tabs).map(([view, href]) => ({
          href,
          label: t(`tabs.${view as keyof typeof tabs}`),
          count: view === 'open' ? waiting : undefined,
        }))}
      />
    </>
  );
}
