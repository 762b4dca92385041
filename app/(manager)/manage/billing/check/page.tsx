import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireCtx } from '#app/session.ts';
import { Button } from '#app/ui/button.tsx';
import { Callout } from '#app/ui/callout.tsx';
import { Form } from '#app/ui/form.tsx';
import { KeyValue, PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { Table } from '#app/ui/table.tsx';
import { When } from '#app/ui/when.tsx';
import { accountNames } from '#lib/identity/index.ts';
import { latestVerifications, type Verification } from '#lib/ledger/index.ts';
import { BillingTabs } from '../tabs.tsx';
import { requestVerificationAction } from './actions.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('ledger'))('title') };
}

const problemsShown = 20;

/** What the verification of the books found last, in words, and the ones before; can be asked for now. */
export default async function CheckPage() {
  const ctx = await requireCtx('manager', 'billing');
  const [t, checks] = await Promise.all([getTranslations('ledger'), latestVerifications(ctx)]);
  const names = await accountNames(
    ctx,
    checks.flatMap(({ actorKind, actorId }) => (actorKind === 'account' ? [actorId] : [])),
  );
  const [last] = checks;
  return (
    <>
      <PageHeader
        title={t('title')}
        lead={t('lead')}
        actions={
          <Form action={requestVerificationAction} className="inline-flex">
            <Button type="submit">{t('run')}</Button>
          </Form>
        }
      />
      <BillingTabs />
      {last ? <Found check={last} /> : <p className="border-y py-4 text-ink-2">{t('never')}</p>}
      {checks.length > 0 && (
        <Section id="checks" title={t('last')}>
          <Table
            caption={t('last')}
            rows={checks}
            rowKey={({ id }) => id}
            columns={[
              { key: 'when', header: t('when'), cell: ({ at }) => <When at={at} mode="exact" /> },
              { key: 'result', header: t('result'), cell: ({ report }) => <Result report={report} t={t} /> },
              {
                key: 'by',
                header: t('by'),
                wide: true,
                cell: ({ actorId }) => names.get(actorId) ?? t('clock'),
              },
            ]}
            empty={null}
          />
        </Section>
      )}
    </>
  );
}

type T = Awaited<ReturnType<typeof getTranslations<'ledger'>>>;

function Result({ report, t }: { report: Verification['report']; t: T }) {
  const isGood = report.problemsCount === 0;
  return (
    <StateBadge tone={isGood ? 'good' : 'bad'} shape={isGood ? 'tick' : 'alert'}>
      {isGood ? t('good') : t('bad', { count: report.problemsCount })}
    </StateBadge>
  );
}

async function Found({ check: { at, report } }: { check: Verification }) {
  const t = await getTranslations('ledger');
  const more = report.problemsCount - Math.min(report.problems.length, problemsShown);
  return (
    <>
      <Callout
        tone={report.problemsCount ? 'bad' : 'good'}
        title={report.problemsCount ? t('bad', { count: report.problemsCount }) : t('good')}
      >
        <When at={at} mode="exact" />
      </Callout>
      {report.problems.length > 0 && (
        <ul className="mt-4 divide-y border-y">
          {report.problems.slice(0, problemsShown).map(({ code, params }) => (
            <li key={`${code}${JSON.stringify(params)}`} className="py-2 break-words">
              {t(`problems.${code}` as never, params as never)}
            </li>
          ))}
          {more > 0 && <li className="py-2 text-ink-2">{t('more', { count: more })}</li>}
        </ul>
      )}
      <div className="mt-6 grid gap-x-10 gap-y-6 lg:grid-cols-2">
        {report.books.map(({ book, transactionsCount, sealedCount, anchorsCount, head }) => (
          <div key={book} className="min-w-0">
            <h3 className="mb-2">{t(`books.${book}` as never)}</h3>
            <KeyValue
              items={[
                { id: 'entries', key: t('entries'), value: transactionsCount },
                { id: 'sealed', key: t('sealed'), value: sealedCount },
                { id: 'anchors', key: t('anchors'), value: anchorsCount },
                {
                  id: 'head',
                  key: t('head'),
                  value: <span className="font-mono text-[0.875em] break-all">{head ?? '–'}</span>,
                },
              ]}
            />
          </div>
        ))}
      </div>
      <p className="mt-6 text-ink-2">
        {t('orders')}: <span className="tabular-nums">{report.ordersCount}</span>
      </p>
    </>
  );
}
