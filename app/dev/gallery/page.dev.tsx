import { Bell, Plus } from 'lucide-react';
import { Art } from '#app/ui/art/art.tsx';
import { Avatar } from '#app/ui/avatar.tsx';
import { Button } from '#app/ui/button.tsx';
import { Callout } from '#app/ui/callout.tsx';
import { ClientMessages } from '#app/ui/client-messages.tsx';
import { CopyText } from '#app/ui/copy-text.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Field } from '#app/ui/field.tsx';
import { Form } from '#app/ui/form.tsx';
import type { FormState } from '#app/ui/form-state.ts';
import {
  Checkbox,
  DateTimeField,
  Input,
  NumberField,
  RadioCards,
  Select,
  Textarea,
} from '#app/ui/inputs.tsx';
import { Card, Figure, Kbd, KeyValue, PageHeader, Section, Toolbar } from '#app/ui/layout-parts.tsx';
import { LinkButton } from '#app/ui/link-button.tsx';
import { LinkTabs } from '#app/ui/link-tabs.tsx';
import { LocaleSwitch } from '#app/ui/locale-switch.tsx';
import { Mark, Wordmark } from '#app/ui/mark.tsx';
import { Money } from '#app/ui/money.tsx';
import { Pager } from '#app/ui/pager.tsx';
import { PhotoField } from '#app/ui/photo-field.tsx';
import { SearchField } from '#app/ui/search-field.tsx';
import type { Search } from '#app/ui/search-params.ts';
import { SignatureField } from '#app/ui/signature-field.tsx';
import { type Shape, StateBadge, type Tone } from '#app/ui/state-badge.tsx';
import { Progress, Stepper } from '#app/ui/stepper.tsx';
import { Table } from '#app/ui/table.tsx';
import { TextLink } from '#app/ui/text-link.tsx';
import { ThemeSwitch } from '#app/ui/theme-switch.tsx';
import { Timeline } from '#app/ui/timeline.tsx';
import { Countdown, When } from '#app/ui/when.tsx';
import { GalleryActions } from './parts.tsx';

async function sendSample(_: FormState, data: FormData): Promise<FormState> {
  'use server';
  await new Promise((resolve) => setTimeout(resolve, 600));
  const text = String(data.get('text') ?? '');
  if (!text)
    return {
      message: 'One thing is missing. Nothing was sent.',
      errors: { text: 'Say what is to be knocked off, in a few words.', choice: 'Pick one.' },
      values: Object.fromEntries([...data].map(([key, value]) => [key, String(value)])),
    };
  return { ok: true, message: 'Requested' };
}

const states: [Tone, Shape, string][] = [
  ['neutral', 'dashed', 'Placed'],
  ['info', 'ring', 'Assigned'],
  ['info', 'half', 'Ready'],
  ['next', 'dot', 'In progress'],
  ['next', 'clock', 'Reported'],
  ['good', 'tick', 'Completed'],
  ['bad', 'cross', 'Failed'],
  ['neutral', 'slash', 'Cancelled'],
  ['bad', 'alert', 'Late'],
];

const rows = Array.from({ length: 8 }, (_, index) => ({
  id: `MCF-${1042 - index}`,
  what: ['Three glasses, top shelf', 'A vase by the window', 'Everything on the desk'][index % 3]!,
  state: states[index % states.length]!,
  cents: BigInt(10000 + index * 250125) * (index % 4 === 3 ? -1n : 1n),
  at: new Date(Date.now() + (index - 3) * 7_000_000),
}));

export default async function GalleryPage({ searchParams }: { searchParams: Promise<Search> }) {
  const search = await searchParams;
  return (
    <ClientMessages>
      <main
        id="main"
        data-density={typeof search.density === 'string' ? search.density : undefined}
        className="mx-auto max-w-5xl p-6"
      >
        <PageHeader
          back={<TextLink href="/">All orders</TextLink>}
          title="Gallery"
          lead="Everything in one place, to look at. Not shipped."
          badge={
            <StateBadge tone="next" shape="dot">
              In progress
            </StateBadge>
          }
          actions={
            <>
              <Button>
                <Bell aria-hidden="true" /> Tell me
              </Button>
              <Button variant="primary">
                <Plus aria-hidden="true" /> Request help
              </Button>
            </>
          }
        />
        <Toolbar end={<ThemeSwitch />}>
          <LocaleSwitch />
        </Toolbar>
        <LinkTabs
          label="Views"
          items={[
            { href: '/dev/gallery', label: 'Open', count: 12 },
            { href: '/x', label: 'Completed', count: 340 },
            { href: '/y', label: 'Cancelled and failed' },
          ]}
        />

        <Section title="Marks">
          <div className="flex flex-wrap items-center gap-8">
            <Mark className="size-16" />
            <Mark />
            <Wordmark className="text-2xl" />
            <span className="rounded-lg bg-ink p-3 text-paper">
              <Mark />
            </span>
            {['black', 'white', 'ginger', 'grey', 'cream', 'tabby', 'calico', ''].map((coat) => (
              <Avatar key={coat} name="Барсик Лапин" coat={coat} size={44} />
            ))}
          </div>
        </Section>

        <Section title="Buttons">
          <div className="flex flex-wrap items-center gap-2">
            <Button variant="primary">Request help</Button>
            <Button>Confirm</Button>
            <Button variant="quiet">Not now</Button>
            <Button variant="danger">Cancel the request</Button>
            <Button disabled>Disabled</Button>
            <Button pending variant="primary">
              Request help
            </Button>
            <Button size="sm">Small</Button>
            <LinkButton href="/" size="lg" variant="primary">
              Large
            </LinkButton>
            <Button size="xl" variant="primary">
              Issued
            </Button>
          </div>
          <div className="mt-4">
            <GalleryActions />
          </div>
        </Section>

        <Section title="States, money, time" lead="By colour, word and shape.">
          <div className="flex flex-wrap gap-2">
            {states.map(([tone, shape, label]) => (
              <StateBadge key={label} tone={tone} shape={shape}>
                {label}
              </StateBadge>
            ))}
          </div>
          <div className="mt-4 flex flex-wrap gap-8">
            <Figure label="Due on Sunday" value={<Money cents={1234550n} />} note="3 orders" />
            <Figure
              label="Earned"
              value={<Money cents={6000n} sign="always" coloured />}
              note="this month"
              href="/"
            />
            <Figure label="Fined" value={<Money cents={-4000n} coloured />} />
            <Figure label="Cookie" value={<Countdown to={Date.now() + 581_000} over="Ready" />} />
          </div>
          <p className="mt-4">
            <When at={Date.now() + 3_600_000 * 5} /> · <When at={Date.now() - 90_000_000} mode="both" /> ·{' '}
            <When at={Date.now()} mode="exact" /> · <When at={Date.now()} mode="date" />
          </p>
        </Section>

        <Section title="Form">
          <Form action={sendSample} className="max-w-xl">
            <Field name="text" label="What is to be done" hint="One or two sentences." required>
              <Textarea placeholder="Three glasses on the top shelf of the kitchen" />
            </Field>
            <Field name="choice" label="Service" required group>
              <RadioCards
                options={[
                  {
                    value: 'a',
                    label: 'One shelf',
                    hint: 'Up to twenty things.',
                    aside: <Money cents={10000n} />,
                  },
                  {
                    value: 'b',
                    label: 'The whole room',
                    hint: 'Two hours at most.',
                    aside: <Money cents={10000n} />,
                  },
                ]}
              />
            </Field>
            <Field name="where" label="Where">
              <Input autoComplete="street-address" />
            </Field>
            <Field name="when" label="When" required>
              <DateTimeField defaultValue="2026-11-22T14:30" />
            </Field>
            <Field name="room" label="Room" required>
              <Select
                placeholder="Choose a room"
                options={[
                  { value: 'k', label: 'Kitchen' },
                  { value: 'l', label: 'Laboratory' },
                ]}
              />
            </Field>
            <Field name="glasses" label="How many glasses">
              <NumberField defaultValue={3} min={1} max={50} />
            </Field>
            <Checkbox name="quiet" label="Quietly, please" hint="Somebody is asleep on the machine." />
            <Field name="photo" label="A photo of the shelf">
              <PhotoField capture="environment" />
            </Field>
            <Field name="signature" label="Signature" group required>
              <SignatureField />
            </Field>
            <div className="flex gap-2">
              <Button type="submit" variant="primary">
                Request help
              </Button>
              <Button variant="quiet">Not now</Button>
            </div>
          </Form>
        </Section>

        <Section title="Callouts">
          <div className="flex flex-col gap-3">
            <Callout tone="info" title="The cookie is being baked">
              It is ready in about ten minutes.
            </Callout>
            <Callout
              tone="warn"
              title="Your card was declined"
              action={<LinkButton href="/">Choose another</LinkButton>}
            >
              We try again on Tuesday. Until then new requests are paused.
            </Callout>
            <Callout tone="good">The report is confirmed.</Callout>
            <Callout tone="bad" title="The photo was not sent">
              There is no network. It is kept and sent when it is back.
            </Callout>
          </div>
        </Section>

        <Section title="Table">
          <Toolbar end={<Button>Export CSV</Button>}>
            <SearchField path="/dev/gallery" search={search} />
          </Toolbar>
          <Table
            caption="Orders"
            search={{ sort: '-at', ...search }}
            rows={rows}
            rowKey={(row) => row.id}
            rowHref={(row) => `/dev/gallery?id=${row.id}`}
            columns={[
              { key: 'id', header: 'Order', cell: (row) => row.id, sort: true },
              { key: 'what', header: 'What', cell: (row) => row.what, wide: true },
              {
                key: 'state',
                header: 'State',
                cell: (row) => (
                  <StateBadge tone={row.state[0]} shape={row.state[1]}>
                    {row.state[2]}
                  </StateBadge>
                ),
              },
              {
                key: 'at',
                header: 'When',
                cell: (row) => <When at={row.at} mode="exact" />,
                sort: true,
                wide: true,
              },
              {
                key: 'price',
                header: 'Price',
                cell: (row) => <Money cents={row.cents} bare />,
                number: true,
                sort: true,
              },
            ]}
            empty="Nothing matches."
          />
          <Pager search={search} pageSize={8} total={340} />
        </Section>

        <Section title="History and progress">
          <div className="grid gap-8 md:grid-cols-2">
            <Timeline
              label="History"
              steps={[
                {
                  id: '1',
                  title: 'Placed',
                  aside: <When at={Date.now() - 9e6} mode="exact" />,
                  detail: 'by Anna Petrova',
                  tone: 'neutral',
                  shape: 'tick',
                },
                {
                  id: '2',
                  title: 'Assigned to Murka',
                  aside: <When at={Date.now() - 8.9e6} mode="exact" />,
                  tone: 'info',
                  shape: 'tick',
                },
                {
                  id: '3',
                  title: 'In progress',
                  aside: <When at={Date.now() - 6e5} />,
                  detail: 'Checked in with a photo.',
                  tone: 'next',
                  shape: 'dot',
                  phase: 'now',
                },
                { id: '4', title: 'Report', phase: 'todo' },
                { id: '5', title: 'Completed', phase: 'todo' },
              ]}
            />
            <div className="flex flex-col gap-6">
              <Stepper
                label="Progress"
                current={2}
                steps={[
                  { id: 'a', label: 'Placed' },
                  { id: 'b', label: 'Assigned' },
                  { id: 'c', label: 'In progress' },
                  { id: 'd', label: 'Done' },
                ]}
              />
              <Progress value={7} max={12} label="Tests done" text="7 of 12" />
              <KeyValue
                items={[
                  { key: 'Worker', value: 'Murka' },
                  { key: 'Price', value: <Money cents={10000n} /> },
                  { key: 'Number', value: <CopyText text="01KB2Z5T8Q" /> },
                ]}
              />
              <p>
                Press <Kbd>g</Kbd> <Kbd>o</Kbd>
              </p>
            </div>
          </div>
        </Section>

        <Section title="Cards">
          <div className="grid gap-4 sm:grid-cols-3">
            <Card>
              <h3 className="text-lg">Plain</h3>
              <p className="text-ink-2">A thing of its own.</p>
            </Card>
            <Card tone="next">
              <h3 className="text-lg">Next</h3>
              <p className="text-ink-2">Wants something.</p>
            </Card>
            <Card tone="sunken">
              <h3 className="text-lg">Sunken</h3>
              <p className="text-ink-2">Quiet.</p>
            </Card>
          </div>
        </Section>

        <Section title="Empty and loading">
          <div className="grid gap-6 md:grid-cols-2">
            <EmptyState
              art="asleep"
              title="Nothing to do right now"
              action={<Button variant="primary">Request help</Button>}
            >
              The machine is warm, and so is the cat.
            </EmptyState>
            <EmptyState art="shelf" title="The shelf is empty">
              Somebody has already been here.
            </EmptyState>
            <EmptyState art="orders" title="No orders yet">
              The glass still stands. Not for long.
            </EmptyState>
            <EmptyState art="lost" title="This page is not here">
              It may have been moved.
            </EmptyState>
          </div>
          <div className="mt-6 grid grid-cols-2 gap-4">
            {(['asleep', 'shelf', 'orders', 'lost'] as const).map((name) => (
              <Art key={name} name={name} className="w-full" />
            ))}
          </div>
        </Section>
      </main>
    </ClientMessages>
  );
}
