import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { localized } from '#app/ui/localized.ts';
import { TextLink } from '#app/ui/text-link.tsx';
import { skills } from '#lib/catalog/index.ts';
import { readStock } from '#lib/consumables/index.ts';
import { ServiceForm } from '../service-form.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('catalog');
  return { title: t('new') };
}

export default async function NewServicePage() {
  const ctx = await requireCtx('manager');
  const [t, locale, stock] = await Promise.all([getTranslations('catalog'), getLocale(), readStock(ctx)]);
  return (
    <>
      <PageHeader back={<TextLink href="/manage/services">{t('back')}</TextLink>} title={t('new')} />
      <ServiceForm
        requestKey={ctx.newId()}
        accountId={ctx.actor.id}
        skills={skills}
        items={stock.map((item) => ({ value: item.code, label: localized(item.name, locale) }))}
      />
    </>
  );
}
