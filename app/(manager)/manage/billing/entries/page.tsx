import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { accountWords } from '#app/billing-parts/account-words.ts';
import { entriesHref, entriesQuery } from '#app/billing-parts/entries-href.ts';
import { EntryText } from '#app/billing-parts/entry-words.tsx';
import { wallClockOf } from '#app/order-parts/wall-clock.ts';
import { requireCtx } from '#app/session.ts';
import { Button } from '#app/ui/button.tsx';
import { Callout } from '#app/ui/callout.tsx';
import { DownloadLink } from '#app/ui/download-link.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { Table } from '#app/ui/table.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { type EntriesQuery, readEntries } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import type { Entry } from '#lib/ledger/index.ts';
import { PeriodForm } from '../period-form.tsx';

const pageSize = 50;
const path = '/manage/billing/entries';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.manage'))('entries') };
}

/** The entries behind a figure: of accounts, of a period, about one thing; and what they come to. */
export default async function EntriesPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager', 'billing');
  const [t, search, zone] = await Promise.all([
    getTranslations('billing'),
    searchParams,
    readSetting(ctx, 'time_zone'),
  ]);
  const query = entriesQuery(search);
  const found = await readEntries(ctx, query, {
    limit: pageSize + 1,
    offset: (pageOf(search) - 1) * pageSize,
    partiesLimit: pageSize + 1,
    partiesOffset: (pageOf(search, 'parties') - 1) * pageSize,
  }).catch((error) => {
    if (!(error instanceof Refused)) throw error;
    if (error.code !== 'billing.not_a_period') notFound();
    return null;
  });
  const accounts = query.accounts?.filter(Boolean) ?? [];
  const entries = found?.entries.slice(0, pageSize) ?? [];
  const parties = [
    ...accounts,
    ...(found?.balances ?? []).map((row) => row.account),
    ...entries.flatMap((entry) => entry.lines.map((line) => line.account)),
  ].map((id) => id.split(':')[2] ?? '');
  const names = await accountNames(ctx, [...parties, ...entries.map(({ actorId }) => actorId)]);
  const words = (id: string) => accountWords(t, names, id);
  // A kind is shown by what its accounts did together, an account by its own lines, and without any by both sides.
  const isMine = (id: string) =>
    accounts.length === 0 || accounts.some((account) => id === account || id.startsWith(`${account}:`));
  const day = (at: Date | undefined) => at && wallClockOf(at, zone).slice(0, 10);
  const title =
    accounts.length > 0
      ? t('manage.entriesOf', { account: accounts.map(words).join(', ') })
      : t(query.subject || query.entry ? 'manage.entriesTogether' : 'manage.journal.title');
  return (
    <>
      <PageHeader
        title={title}
        lead={found && <Period {...found} />}
        back={<TextLink href="/manage/billing">{t('manage.back')}</TextLink>}
        actions={
          entries.length > 0 && (
            <DownloadLink href={entriesHref(query, { csv: true })}>{t('movements.csv')}</DownloadLink>
          )
        }
      />
      {!query.entry && (
        <div className="mb-6">
          <PeriodForm
            action={path}
            from={found ? day(found.from) : query.from}
            to={found ? day(found.to && new Date(found.to.getTime() - 1)) : query.to}
            kept={[
              ...accounts.map((account) => ['account', account] as const),
              ...(query.subject ? [['subject', query.subject] as const] : []),
              ...(query.book ? [['book', query.book] as const] : []),
            ]}
          >
            <Button type="submit">{t('manage.period.show')}</Button>
          </PeriodForm>
        </div>
      )}
      {!found && (
        <Callout tone="warn" title={t('manage.period.wrong')}>
          {t('manage.period.wrongLead')}
        </Callout>
      )}
      {found && (found.balances[0]?.party || pageOf(search, 'parties') > 1) && (
        <Section id="accounts" title={t('manage.partyAccounts')}>
          <Table
            caption={t('manage.partyAccounts')}
            rows={found.balances.slice(0, pageSize)}
            rowKey={(row) => row.account}
            rowHref={(row) => entriesHref({ accounts: [row.account] })}
            columns={[
              { key: 'account', header: t('columns.account'), cell: (row) => words(row.account) },
              {
                key: 'balance',
                header: t('columns.balance'),
                number: true,
                cell: (row) => <Money cents={row.balanceCents} bare />,
              },
            ]}
            empty={null}
          />
          <Pager
            search={search}
            pageSize={pageSize}
            hasNext={found.balances.length > pageSize}
            param="parties"
            label={t('manage.partyAccounts')}
            anchor="accounts"
          />
        </Section>
      )}
      {found && (
        <Section id="entries" title={t('manage.entries')}>
          <Table
            caption={t('manage.entries')}
            rows={entries}
            rowKey={(entry) => entry.id}
            columns={[
              {
                key: 'entry',
                header: t('columns.entry'),
                cell: (entry) => (
                  <>
                    <span className="block font-medium leading-7">
                      <About entry={entry} query={query} />
                    </span>
                    <span className="block text-ink-2 leading-7">
                      {entry.lines.map((line, position) => (
                        <span key={line.account}>
                          {position > 0 && ' ← '}
                          <TextLink href={entriesHref({ accounts: [line.account] })}>
                            {words(line.account)}
                          </TextLink>
                        </span>
                      ))}
                    </span>
                  </>
                ),
              },
              {
                key: 'when',
                header: t('columns.when'),
                wide: true,
                cell: (entry) => <When at={entry.occurredAt} mode="exact" />,
              },
              {
                key: 'by',
                header: t('columns.posted'),
                wide: true,
                cell: (entry) =>
                  names.get(entry.actorId) ?? <span className="text-ink-2">{entry.actorId}</span>,
              },
              {
                key: 'debit',
                header: t('columns.debit'),
                number: true,
                cell: (entry) => <Side cents={sumOf(entry, isMine, accounts.length === 0).debit} />,
              },
              {
                key: 'credit',
                header: t('columns.credit'),
                number: true,
                cell: (entry) => <Side cents={sumOf(entry, isMine, accounts.length === 0).credit} />,
              },
            ]}
            empty={<EmptyState art="asleep" title={t('manage.noEntries')} />}
            footer={found.turnover && <Turnover {...found.turnover} />}
          />
          <Pager search={search} pageSize={pageSize} hasNext={found.entries.length > pageSize} />
        </Section>
      )}
    </>
  );
}

/** From when to when, if it was asked for. */
async function Period({ from, to }: { from?: Date; to?: Date }) {
  const t = await getTranslations('billing.manage.period');
  if (!from && !to) return null;
  return t.rich(from && to ? 'fromTo' : from ? 'since' : 'until', {
    from: () => (from ? <When key="from" at={from} mode="exact" /> : null),
    to: () => (to ? <When key="to" at={to} mode="exact" /> : null),
  });
}

/** What an entry is; it opens everything that belongs to the same order, document or bonus. */
function About({ entry, query }: { entry: Entry; query: EntriesQuery }) {
  if (query.subject === entry.subject && !query.accounts?.length) return <EntryText entry={entry} />;
  return (
    <TextLink href={entriesHref({ subject: entry.subject })} className="text-ink">
      <EntryText entry={entry} />
    </TextLink>
  );
}

/** What an entry has moved on the accounts asked for; of a whole entry both sides are the same. */
function sumOf(entry: Entry, isMine: (account: string) => boolean, isWhole: boolean) {
  const mine = entry.lines.filter(({ account }) => isMine(account));
  const cents = mine.reduce(
    (sum, { amountCents }) => (isWhole && amountCents < 0n ? sum : sum + amountCents),
    0n,
  );
  return { debit: isWhole || cents > 0n ? cents : 0n, credit: isWhole ? cents : -cents };
}

function Side({ cents }: { cents: bigint }) {
  return cents > 0n ? <Money cents={cents} bare /> : null;
}

/** What all entries asked for, on every page, come to: both sides, and what is left on one of them. */
async function Turnover({ debitCents, creditCents }: { debitCents: bigint; creditCents: bigint }) {
  const t = await getTranslations('billing');
  const leftCents = debitCents - creditCents;
  const row = (label: string, debit: bigint | null, credit: bigint | null) => (
    <tr>
      <th scope="row" className="py-(--cell-y) pl-1 text-left font-semibold">
        {label}
      </th>
      <td className="max-sm:hidden" />
      <td className="max-sm:hidden" />
      <td className="px-(--cell-x) py-(--cell-y) text-right tabular-nums">
        {debit !== null && <Money cents={debit} bare />}
      </td>
      <td className="py-(--cell-y) pr-1 text-right tabular-nums">
        {credit !== null && <Money cents={credit} bare />}
      </td>
    </tr>
  );
  return (
    <>
      {row(t('manage.turnover'), debitCents, creditCents)}
      {row(t('columns.balance'), leftCents >= 0n ? leftCents : null, leftCents < 0n ? -leftCents : null)}
    </>
  );
}
