import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { accountKinds, parseAccountId } from './accounts.rules.ts';
import { type PostingKind, postings } from './postings.rules.ts';

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
const rows = readme
  .split('\n')
  .filter((row) => row.startsWith('| ') && !/^\| (event|-)/.test(row))
  .map((row) => row.split('|').map((cell) => cell.trim()))
  .map(([, event, kind, key, debit, credit]) => ({ event, kind: kind as PostingKind, key, debit, credit }));
const table = rows.filter(({ kind }) => (kind as string) !== 'nothing');

const facts = {
  orderId: 'O',
  clientId: 'C',
  workerId: 'W',
  invoiceId: 'I',
  statementId: 'S',
  bonusId: 'B',
  refundId: 'R',
  stakeId: 'K',
  memberId: 'M',
  fromMemberId: 'M',
  toParty: 'pot',
  requestKey: 'T',
  attemptNo: 1,
  amountCents: 700n,
  costCents: 700n,
  discountCents: 700n,
  occurredAt: new Date(0),
};

test('the README names every posting there is, and no other', () => {
  expect(table.map(({ kind }) => kind).sort()).toEqual(Object.keys(postings).sort());
});

test('the README says of every event of product.md what it posts, or that it posts nothing', () => {
  const events = rows.map(({ event }) => event).join('; ');
  for (const word of [
    ...['completed', 'cancelled', 'failed', 'discount', 'invoice', 'charge succeeded', 'charge failed'],
    ...['late second success', 'refund granted', 'on its way back', 'write-off', 'penalty waived', 'bonus'],
    ...['payout about to be sent', 'payout confirmed', 'payout failed', 'payout returned', 'carried over'],
    ...['stake', 'winnings', 'everybody lost', 'void'],
  ])
    expect(events).toContain(word);
  for (const { kind, key, debit, credit } of rows)
    if ((kind as string) === 'nothing') expect([key, debit, credit]).toEqual(['', '', '']);
});

test.each(table)('$event: $debit to $credit', ({ kind, key, debit, credit }) => {
  const posting = postings[kind](facts);
  expect(posting).toMatchObject({ kind, key });
  expect(posting.lines).toEqual([
    { account: debit, amountCents: 700n },
    { account: credit, amountCents: -700n },
  ]);
  for (const { account } of posting.lines) expect(parseAccountId(account)?.book).toBe(posting.book);
});

test('an account that is not in the plan cannot be named', () => {
  for (const id of ['clients:payable:x', 'clients:revenue:x', 'clients:receivable', 'people', '', 'x:y'])
    expect(parseAccountId(id)).toBeNull();
  expect(Object.keys(accountKinds)).toEqual(['clients', 'people', 'betting']);
});
