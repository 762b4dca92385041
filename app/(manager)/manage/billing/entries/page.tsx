import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { EntryText } from '#app/billing-parts/entry-words.tsx';
import { requireCtx } from '#app/session.ts';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { pageOf, type Search } from '#app/ui/search-params.ts';
import { Table } from '#app/ui/table.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { readEntries } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { Refused } from '#lib/kernel/refused.ts';

const pageSize = 50;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing.manage'))('entries') };
}

const at = (account: string) => `/manage/billing/entries?account=${encodeURIComponent(account)}`;

/** The entries behind a figure: of one account, or of all accounts of a kind. */
export default async function EntriesPage({ searchParams }: { searchParams: Promise<Search> }) {
  const ctx = await requireCtx('manager', 'billing');
  const [t, search] = await Promise.all([getTranslations('billing'), searchParams]);
  const account = typeof search.account === 'string' ? search.account.slice(0, 200) : '';
  const found = await readEntries(ctx, account, {
    limit: pageSize + 1,
    offset: (pageOf(search) - 1) * pageSize,
  }).catch((error) => {
    if (error instanceof Refused) notFound();
    throw error;
  });
  const entries = found.entries.slice(0, pageSize);
  const parties = [
    account,
    ...found.accounts.map((row) => row.account),
    ...entries.flatMap((entry) => entry.lines.map((line) => line.account)),
  ].map((id) => id.split(':')[2] ?? '');
  const names = await accountNames(ctx, [...parties, ...entries.map(({ actorId }) => actorId)]);
  const accountWords = (id: string) => {
    const [book, kind, party] = id.split(':');
    const words = t(`manage.accounts.${book}.${kind}` as never);
    return party ? `${words}: ${names.get(party) ?? party.slice(0, 8)}` : words;
  };
  // A kind is shown by what its accounts did together, one account by its own line.
  const isMine = (id: string) => id === account || id.startsWith(`${account}:`);
  return (
    <>
      <PageHeader
        title={t('manage.entriesOf', { account: accountWords(account) })}
        back={<TextLink href="/manage/billing">{t('manage.back')}</TextLink>}
        actions={
          entries.length > 0 && (
            <LinkButton href={`/manage/billing/entries.csv?account=${encodeURIComponent(account)}`}>
              {t('movements.csv')}
            </LinkButton>
          )
        }
      />
      {found.accounts.length > 0 && account.split(':').length === 2 && found.accounts[0]?.party && (
        <Section id="accounts" title={t('manage.partyAccounts')}>
          <Table
            caption={t('manage.partyAccounts')}
            rows={found.accounts}
            rowKey={(row) => row.account}
            rowHref={(row) => at(row.account)}
            columns={[
              { key: 'account', header: t('columns.account'), cell: (row) => accountWords(row.account) },
              {
                key: 'balance',
                header: t('columns.balance'),
                number: true,
                cell: (row) => <Money cents={row.balanceCents} bare />,
              },
            ]}
            empty={null}
          />
        </Section>
      )}
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
                  <span className="font-medium">
                    <EntryText entry={entry} />
                  </span>
                  <span className="block text-ink-2">
                    {entry.lines.map((line, position) => (
                      <span key={line.account}>
                        {position > 0 && ' ← '}
                        <TextLink href={at(line.account)}>{accountWords(line.account)}</TextLink>
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
              cell: (entry) => <Side entry={entry} isMine={isMine} side="debit" />,
            },
            {
              key: 'credit',
              header: t('columns.credit'),
              number: true,
              cell: (entry) => <Side entry={entry} isMine={isMine} side="credit" />,
            },
          ]}
          empty={<EmptyState art="asleep" title={t('manage.noEntries')} />}
        />
        <Pager search={search} pageSize={pageSize} hasNext={found.entries.length > pageSize} />
      </Section>
    </>
  );
}

function Side({
  entry,
  isMine,
  side,
}: {
  entry: { lines: readonly { account: string; amountCents: bigint }[] };
  isMine: (account: string) => boolean;
  side: 'debit' | 'credit';
}) {
  const cents = entry.lines.reduce((sum, line) => (isMine(line.account) ? sum + line.amountCents : sum), 0n);
  const shown = side === 'debit' ? cents : -cents;
  return shown > 0n ? <Money cents={shown} bare /> : null;
}
