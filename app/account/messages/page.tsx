import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Button } from '#app/ui/button.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Form } from '#app/ui/form.tsx';
import { PageHeader } from '#app/ui/layout-parts.tsx';
import { isLocale } from '#app/ui/locales.ts';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { readSetting } from '#lib/kernel/settings.ts';
import { listMessages, renderMessage, unreadCount } from '#lib/notifications/index.ts';
import { readMessages } from '../actions.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('notifications.list'))('title') };
}

const pageSize = 30;

/** Everything one was told in the app, newest first. */
export default async function MessagesPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const ctx = await requireCtx();
  const before = cursorOf((await searchParams).before);
  const [t, locale, timeZone, messages, unread] = await Promise.all([
    getTranslations('notifications.list'),
    getLocale(),
    readSetting(ctx, 'time_zone'),
    listMessages(ctx, { before, limit: pageSize + 1 }),
    unreadCount(ctx),
  ]);
  const shown = messages.slice(0, pageSize);
  const last = messages.length > pageSize ? shown.at(-1) : undefined;
  return (
    <div className="max-w-2xl">
      <PageHeader
        title={t('title')}
        actions={
          unread > 0 && (
            <Form action={readMessages}>
              <Button type="submit">{t('markAll')}</Button>
            </Form>
          )
        }
      />
      {shown.length === 0 ? (
        <EmptyState art="asleep" title={t('none')}>
          {t('noneHint')}
        </EmptyState>
      ) : (
        <ol className="divide-y border-y">
          {shown.map(({ id, kind, params, link, createdAt, readAt }) => {
            const said = renderMessage({ kind, params }, isLocale(locale) ? locale : 'en', timeZone);
            return (
              <li key={id} className="grid grid-cols-[0.75rem_1fr] gap-x-3 py-4">
                <span className="mt-2">
                  {!readAt && (
                    <>
                      <span aria-hidden="true" className="block size-2.5 rounded-full bg-accent" />
                      <span className="sr-only">{t('new')}</span>
                    </>
                  )}
                </span>
                <div className="min-w-0">
                  <div className="flex flex-wrap items-baseline justify-between gap-x-4">
                    <h2 className={readAt ? 'font-medium' : 'font-semibold'}>{said.subject}</h2>
                    <When at={createdAt} className="text-[0.875em] text-ink-2" />
                  </div>
                  <p className="mt-0.5 whitespace-pre-line text-ink-2">{said.text}</p>
                  {link && (
                    <p className="mt-1.5">
                      <TextLink href={`/account/messages/${id}`}>{said.action}</TextLink>
                    </p>
                  )}
                </div>
              </li>
            );
          })}
        </ol>
      )}
      <div className="mt-5 flex gap-5">
        {before && <TextLink href="/account/messages">{t('newest')}</TextLink>}
        {last && (
          <TextLink href={`/account/messages?before=${last.createdAt.toISOString()}_${last.id}`}>
            {t('older')}
          </TextLink>
        )}
      </div>
    </div>
  );
}

function cursorOf(given: string | string[] | undefined): { at: Date; id: string } | undefined {
  const [at = '', id = ''] = typeof given === 'string' ? given.split('_') : [];
  const instant = new Date(at);
  return Number.isNaN(instant.getTime()) || !/^[0-9a-f-]{36}$/.test(id) ? undefined : { at: instant, id };
}
