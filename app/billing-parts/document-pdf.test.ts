import { inflateSync } from 'node:zlib';
import { createTranslator } from 'next-intl';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Invoice, Item, Statement } from '#lib/billing/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { freshDatabase, testCtx } from '#lib/kernel/testing.ts';
import billingEn from '#messages/en/billing.json' with { type: 'json' };
import ledgerEn from '#messages/en/ledger.json' with { type: 'json' };
import billingRu from '#messages/ru/billing.json' with { type: 'json' };
import ledgerRu from '#messages/ru/ledger.json' with { type: 'json' };

const messages = {
  en: { billing: billingEn, ledger: ledgerEn },
  ru: { billing: billingRu, ledger: ledgerRu },
};
vi.mock('server-only', () => ({}));
vi.mock('next-intl/server', () => ({
  getTranslations: async ({ locale, namespace }: { locale: 'en' | 'ru'; namespace: never }) =>
    createTranslator({ locale, namespace, messages: messages[locale] }),
}));
const { invoicePdf, statementPdf } = await import('./document-pdf.ts');

let database: Awaited<ReturnType<typeof freshDatabase>>;
let ctx: Ctx;
beforeAll(async () => {
  database = await freshDatabase();
  ctx = testCtx(database.db);
});
afterAll(() => database.close());

const at = new Date('2026-03-08T17:00:00Z');
const serviceName = { en: 'Glass off a shelf', ru: 'Стакан с полки' };
const item = (kind: string, amountCents: bigint, details: Record<string, unknown> = {}): Item => ({
  transactionId: `${kind}${amountCents}`,
  purpose: 'invoice',
  partyId: 'x',
  kind,
  orderId: null,
  amountCents,
  occurredAt: at,
  documentId: 'x',
  no: 1n,
  details: { serviceName, requestNumber: 'R-1042', ...details },
});
const claim = {
  id: 'x',
  fromAt: at,
  toAt: at,
  attemptsCount: 0,
  nextAttemptAt: null,
  issuedAt: at,
  paidAt: null,
};
const invoice: Invoice = {
  ...claim,
  amountCents: 1_234_549n,
  state: 'issued',
  number: 42,
  clientId: 'x',
  period: '2026-03-08',
};
const statement: Statement = {
  ...claim,
  amountCents: -3_550n,
  state: 'carried_over',
  workerId: 'x',
  period: '2026-03',
  carriedCents: -50n,
  carriedFromId: 'y',
};
const clientName = 'Мурка фон Штрубель-Щукина и сыновья';

test.each([
  ['en', 'Invoice MCF-000042', 'Glass off a shelf', '12,345.49', '−649.76', '(failed)10,000.00'],
  ['ru', 'Счёт MCF-000042', 'Стакан с полки', '12 345,49', '−649,76', '(провален)10 000,00'],
] as const)(
  'an invoice says in %s what, how much and to whom [US-260]',
  async (locale, title, what, total, discount, outcome) => {
    const items = [
      item('order_charged', 1_000_000n, { outcome: 'failed' }),
      item('order_charged', 299_525n),
      item('discount_given', -64_976n, { discountPercent: 5 }),
    ];
    const text = textOf(await invoicePdf(ctx, { invoice, items, clientName }, locale));
    for (const words of [title, clientName, what, 'R-1042', total, discount, outcome])
      expect(text).toContain(words);
  },
);

test.each([
  ['en', 'Vasya', '−35.50', '−0.50', '−40.00', '+5.00', 'Mrs. Щука'],
  ['ru', 'Василий', '−35,50', '−0,50', '−40,00', '5,00', 'Mrs. Щука'],
] as const)(
  'a negative month says in %s what is carried on [US-230][US-260]',
  async (locale, workerName, total, carried, fine, bonus, giver) => {
    const items = [
      item('worker_fined', -4_000n),
      item('penalty_waived', 4_000n, { reason: 'Лифт застрял', byId: 'giver' }),
      item('bonus_given', 500n, { reason: 'За окно', byId: 'giver' }),
    ];
    const names = new Map([['giver', giver]]);
    const text = textOf(await statementPdf(ctx, { statement, items, workerName, names }, locale));
    for (const words of [
      workerName,
      total,
      carried,
      fine,
      bonus.replace('+', ''),
      'За окно',
      'Лифт застрял',
      giver,
    ])
      expect(text).toContain(words);
  },
);

test('every line of a long invoice is on its paper, and its pages are counted', async () => {
  const items = Array.from({ length: 120 }, (_, i) =>
    item('order_charged', 100n + BigInt(i), { requestNumber: `R-${5000 + i}` }),
  );
  const text = textOf(await invoicePdf(ctx, { invoice, items, clientName }, 'ru'));
  for (let i = 0; i < 120; i++) expect(text).toContain(`R-${5000 + i}`);
  expect(text).toContain('12 345,49');
});

/** What a reader can select on the pages: glyphs put back into letters by the fonts' own tables, spaces made plain. */
function textOf(bytes: Buffer): string {
  const raw = bytes.toString('latin1');
  const objects = new Map(
    [...raw.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id, body]) => [id!, body!]),
  );
  const streamOf = (body: string) => {
    const [head, rest] = body.split('stream\n', 2) as [string, string];
    const data = Buffer.from(rest.slice(0, Number(/\/Length (\d+)/.exec(head)![1])), 'latin1');
    return (head.includes('FlateDecode') ? inflateSync(data) : data).toString('latin1');
  };
  const letters = (hex: string) => Buffer.from(hex, 'hex').swap16().toString('utf16le');
  const fonts = new Map<string, Map<number, string>>();
  for (const [, name, id] of raw.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const table = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id!)!)![1]!;
    const glyphs = new Map<number, string>();
    for (const [, from, list] of streamOf(objects.get(table)!).matchAll(/<(\w+)> <\w+> \[([^\]]*)\]/g))
      for (const [position, each] of list!.trim().split(/\s+/).entries())
        glyphs.set(Number.parseInt(from!, 16) + position, letters(each.slice(1, -1)));
    fonts.set(name!, glyphs);
  }
  let text = '';
  for (const body of objects.values()) {
    if (!body.includes('stream\n') || /\/(Length1|Subtype|CIDInit)/.test(body.split('stream\n')[0]!))
      continue;
    let glyphs: Map<number, string> | undefined;
    for (const [, font, shown] of streamOf(body).matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (font) glyphs = fonts.get(font);
      else
        for (const [, hex] of shown!.matchAll(/<(\w+)>/g))
          for (const [code] of hex!.matchAll(/.{4}/g)) text += glyphs?.get(Number.parseInt(code, 16)) ?? '?';
    }
    text += '\n';
  }
  return text.replace(/[\u00a0\u202f]/g, ' ');
}
