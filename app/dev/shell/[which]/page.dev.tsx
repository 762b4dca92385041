import {
  Banknote,
  Bell,
  CalendarDays,
  ClipboardList,
  Cookie,
  FlaskConical,
  Package,
  ShieldCheck,
  UserRound,
  Users,
} from 'lucide-react';
import { notFound } from 'next/navigation';
import { Button } from '#app/ui/button.tsx';
import { Card, PageHeader, Section, Toolbar } from '#app/ui/layout-parts.tsx';
import { LinkTabs } from '#app/ui/link-tabs.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { SearchField } from '#app/ui/search-field.tsx';
import { ClientShell } from '#app/ui/shell/client-shell.tsx';
import { LiveIndicator } from '#app/ui/shell/live-indicator.tsx';
import { ManagerShell } from '#app/ui/shell/manager-shell.tsx';
import { Board, BoardColumn, WarehouseShell } from '#app/ui/shell/warehouse-shell.tsx';
import { ThumbBar, WorkerShell } from '#app/ui/shell/worker-shell.tsx';
import { StateBadge } from '#app/ui/state-badge.tsx';
import { Table } from '#app/ui/table.tsx';
import { Timeline } from '#app/ui/timeline.tsx';
import { Countdown, When } from '#app/ui/when.tsx';

const icon = { 'aria-hidden': true } as const;
const user = { name: 'Анна Петрова', signOut: '/sign-out', links: [{ href: '/profile', label: 'Profile' }] };

export default async function ShellPage({ params }: { params: Promise<{ which: string }> }) {
  const { which } = await params;
  const base = `/dev/shell/${which}`;
  const live = <LiveIndicator state="live" />;
  if (which === 'client')
    return (
      <ClientShell
        home={base}
        navLabel="Sections"
        nav={[
          { href: base, label: 'Заказы' },
          { href: '/a', label: 'Услуги' },
          { href: '/b', label: 'Счета и платежи' },
          { href: '/c', label: 'Настройки' },
        ]}
        user={user}
        live={live}
      >
        <PageHeader
          title="Ваши заказы"
          lead="Всё, что вы попросили, и чем это кончилось."
          actions={<Button variant="primary">Попросить помощи</Button>}
        />
        <div className="flex flex-col gap-4">
          <Card tone="next">
            <div className="flex flex-wrap items-center justify-between gap-4">
              <div>
                <StateBadge tone="next" shape="clock">
                  Ждёт подтверждения
                </StateBadge>
                <h2 className="mt-2 text-lg">Три бокала, верхняя полка</h2>
                <p className="text-ink-2">
                  <When at={Date.now() - 4e6} mode="both" />
                </p>
              </div>
              <div className="flex gap-2">
                <Button>Оспорить</Button>
                <Button variant="primary">Подтвердить</Button>
              </div>
            </div>
          </Card>
          <Card>
            <div className="flex flex-wrap items-center justify-between gap-4">
              <div>
                <StateBadge tone="info" shape="ring">
                  Назначен Мурка
                </StateBadge>
                <h2 className="mt-2 text-lg">Ваза у окна</h2>
                <p className="text-ink-2">
                  <When at={Date.now() + 4e7} mode="both" />
                </p>
              </div>
              <Money cents={10000n} />
            </div>
          </Card>
        </div>
      </ClientShell>
    );
  if (which === 'worker')
    return (
      <WorkerShell
        home={base}
        navLabel="Sections"
        nav={[
          { href: base, label: 'Работа', icon: <ClipboardList {...icon} /> },
          { href: '/a', label: 'Расписание', icon: <CalendarDays {...icon} /> },
          { href: '/b', label: 'Деньги', icon: <Banknote {...icon} /> },
          { href: '/c', label: 'Я', icon: <UserRound {...icon} /> },
        ]}
        user={user}
        live={live}
      >
        <PageHeader
          title="Три бокала, верхняя полка"
          badge={
            <StateBadge tone="info" shape="half">
              Готов к выдаче
            </StateBadge>
          }
          lead="Лаборатория 3, второй этаж"
        />
        <Section title="Что уже было">
          <Timeline
            label="История"
            steps={[
              {
                id: 'a',
                title: 'Назначен',
                aside: <When at={Date.now() - 8e6} mode="exact" />,
                tone: 'info',
                shape: 'tick',
              },
              {
                id: 'b',
                title: 'Набор выдан',
                aside: <When at={Date.now() - 8e5} mode="exact" />,
                tone: 'next',
                shape: 'dot',
                phase: 'now',
              },
              { id: 'c', title: 'Начать работу', phase: 'todo' },
              { id: 'd', title: 'Отчёт', phase: 'todo' },
            ]}
          />
        </Section>
        <Section title="Где">
          <p>Москва, Кошкин переулок, 9. Вход со двора, домофон 12.</p>
        </Section>
        <ThumbBar>
          <Button variant="primary" size="lg">
            Сфотографировать и начать
          </Button>
          <Button variant="quiet">Не могу прийти</Button>
        </ThumbBar>
      </WorkerShell>
    );
  if (which === 'warehouse')
    return (
      <WarehouseShell
        home={base}
        navLabel="Sections"
        nav={[
          {
            href: base,
            label: 'Сборка',
            icon: <Package {...icon} />,
            badge: <span className="tabular-nums">7</span>,
          },
          { href: '/a', label: 'Печенье', icon: <Cookie {...icon} /> },
          { href: '/b', label: 'Склад', icon: <ClipboardList {...icon} /> },
        ]}
        user={user}
        live={live}
      >
        <h1 className="sr-only">Сборка</h1>
        <Board>
          {['Собрать', 'Ждёт печенья', 'Выдать'].map((title, column) => (
            <BoardColumn key={title} title={title} count={2}>
              {[0, 1].map((each) => (
                <Card key={each} tone={column === 2 ? 'next' : 'plain'}>
                  <div className="flex items-start justify-between gap-3">
                    <h3 className="text-[1.1em]">Мурка</h3>
                    {column === 1 ? (
                      <StateBadge tone="info" shape="clock">
                        <Countdown to={Date.now() + 581_000} over="готово" />
                      </StateBadge>
                    ) : each === 0 && column === 0 ? (
                      <StateBadge tone="bad" shape="alert">
                        Опаздывает
                      </StateBadge>
                    ) : null}
                  </div>
                  <p className="text-ink-2">
                    <When at={Date.now() + 2e6} />
                  </p>
                  <ul className="my-3 divide-y border-y">
                    <li className="flex justify-between py-2">
                      <span>Перчатки</span>
                      <span>2</span>
                    </li>
                    <li className="flex justify-between py-2">
                      <span>Акт приёмки</span>
                      <span>1</span>
                    </li>
                  </ul>
                  {column === 2 && (
                    <Button variant="primary" className="w-full">
                      Выдано
                    </Button>
                  )}
                </Card>
              ))}
            </BoardColumn>
          ))}
        </Board>
      </WarehouseShell>
    );
  if (which === 'manager')
    return (
      <ManagerShell
        home={base}
        navLabel="Sections"
        sections={[
          {
            items: [
              { href: base, label: 'Orders', icon: <ClipboardList {...icon} />, keys: 'g o', badge: 12 },
              { href: '/a', label: 'Alerts', icon: <Bell {...icon} />, keys: 'g a', badge: 2 },
            ],
          },
          {
            label: 'People',
            items: [
              { href: '/b', label: 'Hiring', icon: <Users {...icon} />, keys: 'g h' },
              { href: '/c', label: 'Quality', icon: <ShieldCheck {...icon} />, keys: 'g q' },
            ],
          },
          {
            label: 'Machine',
            items: [
              { href: '/d', label: 'Matching', icon: <FlaskConical {...icon} />, keys: 'g m' },
              { href: '/e', label: 'Money', icon: <Banknote {...icon} />, keys: 'g b' },
            ],
          },
        ]}
        user={user}
        live={live}
      >
        <PageHeader title="Orders" actions={<Button variant="primary">New service type</Button>} />
        <LinkTabs
          label="Views"
          items={[
            { href: base, label: 'Open', count: 12 },
            { href: '/x', label: 'Completed', count: 340 },
            { href: '/y', label: 'Failed', count: 9 },
          ]}
        />
        <Toolbar end={<Button>Export CSV</Button>}>
          <SearchField path={base} search={{}} />
        </Toolbar>
        <Table
          caption="Orders"
          search={{ sort: '-at' }}
          rows={Array.from({ length: 25 }, (_, index) => index)}
          rowKey={(row) => String(row)}
          rowHref={(row) => `${base}?id=${row}`}
          columns={[
            { key: 'id', header: 'Order', cell: (row) => `MCF-${1042 - row}`, sort: true },
            {
              key: 'what',
              header: 'What',
              cell: (row) =>
                ['Three glasses, top shelf', 'A vase by the window', 'Everything on the desk'][row % 3],
              wide: true,
            },
            {
              key: 'who',
              header: 'Worker',
              cell: (row) => ['Murka', 'Barsik', 'Vasilisa'][row % 3],
              wide: true,
            },
            {
              key: 'state',
              header: 'State',
              cell: (row) =>
                [
                  <StateBadge key="a" tone="info" shape="ring">
                    Assigned
                  </StateBadge>,
                  <StateBadge key="b" tone="good" shape="tick">
                    Completed
                  </StateBadge>,
                  <StateBadge key="c" tone="bad" shape="cross">
                    Failed
                  </StateBadge>,
                ][row % 3],
            },
            {
              key: 'at',
              header: 'When',
              cell: (row) => <When at={Date.now() - row * 7e6} mode="exact" />,
              sort: true,
              wide: true,
            },
            {
              key: 'price',
              header: 'Price',
              cell: (row) => <Money cents={BigInt(10000 + row * 12345)} bare />,
              number: true,
              sort: true,
            },
          ]}
          empty="Nothing."
        />
        <Pager search={{}} pageSize={25} total={340} />
      </ManagerShell>
    );
  notFound();
}
