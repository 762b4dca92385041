import { describe, expect, test } from 'vitest';
import { asRows, csvAmount, csvResponse, csvRows, csvTime } from './csv.ts';

test('what a person typed cannot become a formula, and numbers stay numbers', () => {
  expect(csvRows([['=1+1', '+x', '-5.00', '@a', 'He said "mrr"', '-x']])).toBe(
    '"\'=1+1","\'+x","-5.00","\'@a","He said ""mrr""","\'-x"\r\n',
  );
});

test('amounts are exact', () => {
  expect([0n, 5n, -5n, 123_456n, -100n].map(csvAmount)).toEqual([
    '0.00',
    '0.05',
    '-0.05',
    '1234.56',
    '-1.00',
  ]);
});

test('a time is what clocks show in the zone, and how far ahead of UTC they are', () => {
  const times = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map((at) =>
    csvTime(new Date(at), 'Europe/Berlin'),
  );
  expect(times).toEqual(['2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00']);
  expect(csvTime(null, 'UTC')).toBe('');
});

describe('a file of any length', () => {
  let taken = 0;
  let isEnded = false;
  async function* pages(count: number, breaksAt = Number.POSITIVE_INFINITY) {
    taken = 0;
    isEnded = false;
    try {
      for (let n = 1; n <= count; n++) {
        if (n === breaksAt) throw new Error('the database is gone');
        taken = n;
        yield [n];
      }
    } finally {
      isEnded = true;
    }
  }
  const file = (count: number, breaksAt?: number) =>
    csvResponse(
      'numbers.csv',
      ['number'],
      asRows(pages(count, breaksAt), (page) => page.map((n) => [`${n}`])),
    );

  test('holds every row once, after its head', async () => {
    const response = await file(1000);
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer());
    expect(text).toBe(
      `\uFEFF${csvRows([['number'], ...Array.from({ length: 1000 }, (_, n) => [`${n + 1}`])])}`,
    );
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="numbers.csv"');
  });

  test('is read only as fast as it is taken, and no further when its reader goes away', async () => {
    const reader = (await file(1_000_000)).body!.getReader();
    for (let n = 0; n < 5; n++) await reader.read();
    expect(taken).toBeLessThan(10);
    await reader.cancel();
    expect(isEnded).toBe(true);
    expect(taken).toBeLessThan(10);
  });

  test('is broken off by a fault, never ended as if it were whole', async () => {
    const response = await file(100, 50);
    await expect(response.text()).rejects.toThrow('the database is gone');
  });

  test('is refused before it begins', async () => {
    await expect(file(100, 1)).rejects.toThrow('the database is gone');
  });
});
