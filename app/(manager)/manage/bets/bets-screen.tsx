import { randomUUID } from 'node:crypto';
import { getLocale, getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { OrderBadge } from '#app/order-parts/order-badge.tsx';
import { ClientMessages } from '#app/ui/client-messages.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Field } from '#app/ui/field.tsx';
import { formatMoney } from '#app/ui/format-money.ts';
import { Select } from '#app/ui/inputs.tsx';
import { PageHeader, Section } from '#app/ui/layout-parts.tsx';
import { localized } from '#app/ui/localized.ts';
import { Money } from '#app/ui/money.tsx';
import { SearchField } from '#app/ui/search-field.tsx';
import type { Search } from '#app/ui/search-params.ts';
import { type Column, Table } from '#app/ui/table.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { When } from '#app/ui/when.tsx';
import { circle, endings, type PoolView, poolList, potParty } from '#lib/betting/index.ts';
import { mostMembers } from '#lib/betting/inputs.ts';
import { peopleWithRole } from '#lib/identity/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { type OrderLine, orderLines, upcomingOrders } from '#lib/ordering/index.ts';
import { letIn, notePayment } from './actions.ts';
import { StakeButton } from './stake-button.tsx';

const path = '/manage/bets';

/** The circle's one screen: what can be staked on, what waits for its end, what was divided, and who owes whom. */
export async function BetsScreen({ ctx, search }: { ctx: Ctx; search: Search }) {
  const q = typeof search.q === 'string' ? search.q : '';
  const [t, ts, locale] = await Promise.all([
    getTranslations('betting'),
    getTranslations('ordering.states'),
    getLocale(),
  ]);
  const [upcoming, running, settled, { members, potCents, transfers }, managers] = await Promise.all([
    upcomingOrders(ctx, { q }),
    poolList(ctx, { settled: false, closed: true }),
    poolList(ctx, { settled: true }),
    circle(ctx),
    peopleWithRole(ctx, 'manager'),
  ]);
  const [open, known] = await Promise.all([
    poolList(ctx, { settled: false, orderIds: upcoming.map(({ id }) => id) }),
    orderLines(
      ctx,
      [...running, ...settled].map(({ orderId }) => orderId),
    ),
  ]);
  const pools = new Map(open.map((pool) => [pool.orderId, pool]));
  const me = ctx.actor.id;
  const nameOf = (party: string) => {
    if (party === me) return t('you');
    if (party === potParty) return t('pot');
    return members.find(({ memberId }) => memberId === party)?.name ?? t('gone');
  };

  const service = (order: OrderLine | undefined) => order && localized(order.serviceName, locale);
  const endingColumns = <Row,>(poolOf: (row: Row) => PoolView | undefined): Column<Row>[] =>
    endings.map((ending) => ({
      key: ending,
      header: ts(ending),
      className: 'align-top! min-w-28',
      cell: (row) => <Staked pool={poolOf(row)} ending={ending} nameOf={nameOf} />,
    }));
  const poolOrder: Column<PoolView> = {
    key: 'order',
    header: t('fields.order'),
    className: 'align-top!',
    cell: (pool) => (
      <OrderCell number={pool.requestNumber} href={`/manage/orders/${pool.orderId}`}>
        {service(known.get(pool.orderId))}
      </OrderCell>
    ),
  };

  return (
    <ClientMessages areas={['betting']}>
      <PageHeader title={t('title')} lead={t('lead')} />
      <div className="grid items-start gap-x-10 gap-y-8 xl:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="min-w-0">
          <Section
            id="open"
            title={t('open.title')}
            lead={t('open.lead')}
            actions={<SearchField path={path} search={search} label={t('open.search')} />}
          >
            <Table
              caption={t('open.title')}
              rows={upcoming}
              rowKey={(order) => order.id}
              columns={[
                {
                  key: 'order',
                  header: t('fields.order'),
                  className: 'align-top!',
                  cell: (order) => (
                    <OrderCell number={order.requestNumber} href={`/manage/orders/${order.id}`}>
                      {service(order)}
                    </OrderCell>
                  ),
                },
                {
                  key: 'starts',
                  header: t('fields.starts'),
                  className: 'align-top!',
                  cell: (order) => (
                    <>
                      <When at={order.startsAt} />
                      <span className="block text-ink-2">{order.workerName ?? t('noWorker')}</span>
                    </>
                  ),
                },
                ...endingColumns((order: OrderLine) => pools.get(order.id)),
                {
                  key: 'stake',
                  header: <span className="sr-only">{t('stake.do')}</span>,
                  number: true,
                  className: 'align-top!',
                  cell: (order) => {
                    const pool = pools.get(order.id);
                    return (
                      <StakeButton
                        orderId={order.id}
                        name={order.requestNumber}
                        again={Boolean(pool?.stakes.some(({ memberId }) => memberId === me))}
                        endings={endings.map((ending) => ({
                          ending,
                          label: ts(ending),
                          pooledCents: String(sumOf(pool, ending)),
                        }))}
                      />
                    );
                  },
                },
              ]}
              empty={
                q ? (
                  <EmptyState title={t('open.nothingFound')}>{t('open.nothingFoundLead')}</EmptyState>
                ) : (
                  <EmptyState art="orders" title={t('open.none')}>
                    {t('open.noneLead')}
                  </EmptyState>
                )
              }
            />
          </Section>
          {running.length > 0 && (
            <Section id="running" title={t('running.title')} lead={t('running.lead')}>
              <Table
                caption={t('running.title')}
                rows={running}
                rowKey={(pool) => pool.orderId}
                columns={[
                  poolOrder,
                  {
                    key: 'state',
                    header: t('fields.state'),
                    className: 'align-top!',
                    cell: (pool) => {
                      const order = known.get(pool.orderId);
                      return order && <OrderBadge state={order.state} />;
                    },
                  },
                  ...endingColumns((pool: PoolView) => pool),
                ]}
                empty={null}
              />
            </Section>
          )}
          <Section id="settled" title={t('settled.title')}>
            {settled.length === 0 ? (
              <p className="text-ink-2">{t('settled.none')}</p>
            ) : (
              <Table
                caption={t('settled.title')}
                rows={settled}
                rowKey={(pool) => pool.orderId}
                columns={[
                  poolOrder,
                  {
                    key: 'ended',
                    header: t('fields.ended'),
                    className: 'align-top!',
                    cell: (pool) => pool.ending && <OrderBadge state={pool.ending} />,
                  },
                  {
                    key: 'settled',
                    header: t('fields.settled'),
                    className: 'align-top!',
                    wide: true,
                    cell: (pool) => pool.settledAt && <When at={pool.settledAt} />,
                  },
                  {
                    key: 'pool',
                    header: t('fields.pool'),
                    number: true,
                    className: 'align-top!',
                    cell: (pool) => <Money cents={pool.totalCents} bare />,
                  },
                  {
                    key: 'results',
                    header: t('fields.results'),
                    className: 'align-top! w-64',
                    cell: (pool) =>
                      pool.results.every(({ amountCents }) => amountCents === 0n) ? (
                        <span className="text-ink-2">{t('settled.returned')}</span>
                      ) : (
                        <ul>
                          {pool.results.map(({ party, amountCents }) => (
                            <Line key={party} name={nameOf(party)} own={party === me}>
                              <Money cents={amountCents} bare sign="always" coloured />
                            </Line>
                          ))}
                        </ul>
                      ),
                  },
                ]}
                empty={null}
              />
            )}
          </Section>
        </div>
        <aside>
          <Section id="balances" title={t('circle.title')} lead={t('circle.lead')}>
            <ul className="divide-y border-y">
              {members.map(({ memberId, balanceCents }) => (
                <Line key={memberId} name={nameOf(memberId)} own={memberId === me} roomy>
                  <Money cents={balanceCents} bare sign="always" coloured />
                </Line>
              ))}
              <Line name={t('pot')} roomy>
                <Money cents={potCents} bare sign="always" coloured />
              </Line>
            </ul>
            <div className="mt-3">
              <LetIn
                t={t}
                full={members.length >= mostMembers}
                people={managers.filter(({ id }) => !members.some(({ memberId }) => memberId === id))}
              />
            </div>
          </Section>
          <Section id="transfers" title={t('transfers.title')} lead={t('transfers.lead')}>
            {transfers.length === 0 ? (
              <p className="text-ink-2">{t('transfers.none')}</p>
            ) : (
              <ul className="divide-y border-y">
                {transfers.map(({ from, to, amountCents }) => {
                  const names = { from: nameOf(from), to: nameOf(to) };
                  const amount = formatMoney(amountCents, locale);
                  return (
                    <li key={from + to} className="flex items-center gap-3 py-2.5">
                      <span className="min-w-0 flex-1">
                        <span className="block">{t('transfers.line', names)}</span>
                        <span className="font-semibold">
                          <Money cents={amountCents} />
                        </span>
                      </span>
                      {(from === me || to === me || to === potParty) && (
                        <ConfirmButton
                          action={notePayment}
                          hidden={{
                            requestKey: randomUUID(),
                            fromMemberId: from,
                            toParty: to,
                            amountCents: String(amountCents),
                          }}
                          title={t('transfers.confirmTitle', { amount })}
                          description={t('transfers.confirmLead', names)}
                          confirm={t('transfers.confirm')}
                          tone="primary"
                          size="sm"
                        >
                          {t('transfers.paid')}
                        </ConfirmButton>
                      )}
                    </li>
                  );
                })}
              </ul>
            )}
          </Section>
        </aside>
      </div>
    </ClientMessages>
  );
}

const sumOf = (pool: PoolView | undefined, ending: string): bigint =>
  (pool?.stakes ?? []).reduce((sum, stake) => (stake.ending === ending ? sum + stake.amountCents : sum), 0n);

function OrderCell({ number, href, children }: { number: string; href: string; children?: ReactNode }) {
  return (
    <>
      <TextLink href={href}>{number}</TextLink>
      {children && <span className="block text-ink-2">{children}</span>}
    </>
  );
}

/** What lies on one ending, and whose it is. */
function Staked({
  pool,
  ending,
  nameOf,
}: {
  pool: PoolView | undefined;
  ending: string;
  nameOf: (party: string) => string;
}) {
  const stakes = pool?.stakes.filter((stake) => stake.ending === ending) ?? [];
  if (stakes.length === 0) return <span className="text-ink-3">—</span>;
  return (
    <>
      <span className="font-semibold tabular-nums">
        <Money cents={sumOf(pool, ending)} bare />
      </span>
      <ul className="text-[0.9286em] text-ink-2">
        {stakes.map(({ memberId, amountCents }) => (
          <li key={memberId} className="tabular-nums">
            {stakes.length > 1 && <Money cents={amountCents} bare />} {nameOf(memberId)}
          </li>
        ))}
      </ul>
    </>
  );
}

function Line({
  name,
  own,
  roomy,
  children,
}: {
  name: string;
  own?: boolean;
  roomy?: boolean;
  children: ReactNode;
}) {
  return (
    <li className={`flex justify-between gap-3 tabular-nums ${roomy ? 'py-2' : ''}`}>
      <span className={`min-w-0 ${own ? 'font-semibold' : ''}`}>{name}</span>
      {children}
    </li>
  );
}

function LetIn({
  t,
  full,
  people,
}: {
  t: Awaited<ReturnType<typeof getTranslations<'betting'>>>;
  full: boolean;
  people: { id: string; name: string }[];
}) {
  if (full) return <p className="text-ink-2">{t('circle.full')}</p>;
  if (people.length === 0) return <p className="text-ink-2">{t('circle.everybody')}</p>;
  return (
    <ConfirmButton
      action={letIn}
      title={t('circle.addTitle')}
      description={t('circle.addLead')}
      confirm={t('circle.addDo')}
      tone="primary"
      fields={
        <Field name="accountId" label={t('circle.who')} required>
          <Select
            placeholder={t('circle.choose')}
            options={people.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
      }
    >
      {t('circle.add')}
    </ConfirmButton>
  );
}
