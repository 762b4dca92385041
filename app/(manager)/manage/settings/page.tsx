import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Button } from '#app/ui/button.tsx';
import { Callout } from '#app/ui/callout.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import { Input, NumberField } from '#app/ui/inputs.tsx';
import { KeyValue, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { When } from '#app/ui/when.tsx';
import { accountNames, readDirectorySync } from '#lib/identity/index.ts';
import { listSettings, type SettingKey } from '#lib/kernel/settings.ts';
import { saveSetting, syncNow } from './actions.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('manager.settings'))('title') };
}

/** The rules that managers may change at run time, and the directory of clients. */
export default async function SettingsPage() {
  const ctx = await requireCtx('manager');
  const [t, settings, directory] = await Promise.all([
    getTranslations('manager.settings'),
    listSettings(ctx),
    readDirectorySync(ctx),
  ]);
  const names = await accountNames(
    ctx,
    settings.flatMap(({ changedBy }) => changedBy ?? []),
  );
  const known = (key: SettingKey) => t.has(`keys.${key}.label` as never);
  return (
    <>
      <PageHeader title={t('title')} lead={t('lead')} />
      <div className="max-w-4xl divide-y border-y">
        {settings.map(({ key, value, limits, changedBy, changedAt }) => (
          <Form
            key={key}
            action={saveSetting}
            hidden={{ key, type: typeof value }}
            className="flex-row! flex-wrap items-end gap-x-6! gap-y-3! py-4 [&>[data-form-message]]:basis-full"
          >
            <Field
              key={String(value)}
              name="value"
              label={known(key) ? t(`keys.${key}.label` as never) : key}
              hint={known(key) ? t(`keys.${key}.hint` as never) : undefined}
              required
              className="min-w-64 flex-1"
            >
              {typeof value === 'number' ? (
                <NumberField
                  defaultValue={value}
                  min={limits.min}
                  max={limits.max}
                  suffix={
                    known(key) && t.has(`keys.${key}.unit` as never)
                      ? t(`keys.${key}.unit` as never)
                      : undefined
                  }
                />
              ) : (
                <Input
                  defaultValue={String(value)}
                  className="max-w-72"
                  autoComplete="off"
                  spellCheck={false}
                />
              )}
            </Field>
            <div className="flex items-center gap-4">
              <span className="text-sm text-ink-2">
                {changedAt ? (
                  <>
                    {t('changedBy', { name: names.get(changedBy ?? '') ?? t('system') })}{' '}
                    <When at={changedAt} />
                  </>
                ) : (
                  t('asDefault')
                )}
              </span>
              <Button type="submit">{t('save')}</Button>
            </div>
          </Form>
        ))}
      </div>

      <div className="mt-[2.25em] max-w-4xl">
        <Section
          id="directory"
          title={t('directory.title')}
          lead={t('directory.lead')}
          actions={
            <Form action={syncNow}>
              <Button type="submit">{t('directory.now')}</Button>
            </Form>
          }
        >
          {directory?.problem && (
            <div className="mb-4">
              <Callout tone="warn" title={t(`directory.problems.${directory.problem}.title` as never)}>
                {t(`directory.problems.${directory.problem}.text` as never)}
              </Callout>
            </div>
          )}
          {directory ? (
            <KeyValue
              dense
              items={[
                { key: t('directory.started'), value: <When at={directory.startedAt} mode="both" /> },
                {
                  key: t('directory.state'),
                  value: directory.finishedAt ? (
                    <>
                      {t('directory.finished')} <When at={directory.finishedAt} />
                    </>
                  ) : (
                    t('directory.running')
                  ),
                },
                { key: t('directory.created'), value: directory.createdCount },
                { key: t('directory.updated'), value: directory.updatedCount },
                { key: t('directory.deactivated'), value: directory.deactivatedCount },
              ]}
            />
          ) : (
            <p className="text-ink-2">{t('directory.never')}</p>
          )}
        </Section>
      </div>
    </>
  );
}
