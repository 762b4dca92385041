export const books = ['clients', 'people', 'betting'] as const;
export type Book = (typeof books)[number];
/** Those that managers, monitors and files may read; betting is the circle's own secret. */
export const openBooks = ['clients', 'people'] as const satisfies readonly Book[];

/** Every kind of account of a book, and whether each party has one of its own. */
export const accountKinds = {
  clients: {
    receivable: 'party',
    revenue: 'company',
    discounts: 'company',
    refunds: 'company',
    bad_debts: 'company',
    in_transit: 'company',
    bank: 'company',
  },
  people: {
    payable: 'party',
    earnings: 'company',
    penalties: 'company',
    bonuses: 'company',
    in_transit: 'company',
    bank: 'company',
  },
  betting: { balance: 'party', pool: 'party', developers_pot: 'company' },
} as const satisfies Record<Book, Record<string, 'party' | 'company'>>;

export type AccountKind<B extends Book> = keyof (typeof accountKinds)[B] & string;

/** The id of an account: "clients:receivable:<party>", or "clients:revenue" for one of the company's own. */
export function accountId<B extends Book>(book: B, kind: AccountKind<B>, party?: string): string {
  const owner = (accountKinds[book] as Record<string, 'party' | 'company'>)[kind];
  if (!owner) throw new RangeError(`accountId: book ${book} has no account ${kind}`);
  if ((owner === 'party') !== Boolean(party))
    throw new RangeError(`accountId: ${book}:${kind} is kept per ${owner}`);
  return party ? `${book}:${kind}:${party}` : `${book}:${kind}`;
}

/** The parts of an account's id; null when no such account can exist. */
export function parseAccountId(id: string): { book: Book; kind: string; party: string | null } | null {
  const [book = '', kind = '', ...rest] = id.split(':');
  const party = rest.join(':') || null;
  const owner = (accountKinds as Record<string, Record<string, string>>)[book]?.[kind];
  if (!owner || (owner === 'party') !== Boolean(party)) return null;
  return { book: book as Book, kind, party };
}
