import { expect, test, vi } from 'vitest';
import type { Paper } from './draw-pdf.ts';

vi.mock('server-only', () => ({}));
const { drawPdf, pdfResponse } = await import('./draw-pdf.ts');

const paper = (rows: number): Paper => ({
  title: 'Счёт MCF-000042',
  facts: [['Кому', 'Мурка']],
  columns: ['Дата', 'За что', 'Сумма'],
  rows: Array.from({ length: rows }, (_, i) => ['4 мар. 2026 г.', `Сбросить стаканы, R-${i}`, '100,00']),
  sums: [['К оплате', '100,00 ед.']],
  note: 'Сумма списывается способом, который вы выбрали.',
  seal: { head: 'clients 1 3f9a', why: 'Сохраните.' },
  page: (page, pages) => `Страница ${page} из ${pages}`,
  language: 'ru',
  issuedAt: new Date('2026-03-08T17:00:00Z'),
});
const pagesOf = (bytes: Buffer) => bytes.toString('latin1').match(/\/Type \/Page\b/g)?.length;

test('an invoice of any length is a PDF with its own letters, the same bytes each time [US-260]', async () => {
  const [once, again] = await Promise.all([drawPdf(paper(3)), drawPdf(paper(3))]);
  expect(once.subarray(0, 5).toString()).toBe('%PDF-');
  expect(once.equals(again)).toBe(true);
  expect(once.toString('latin1')).toContain('Onest');
  expect(pagesOf(once)).toBe(1);
  expect(pagesOf(await drawPdf(paper(200)))).toBeGreaterThan(3);
});

test('what somebody typed fetches no file and no address', async () => {
  const typed = { ...paper(1), title: '<img src="file:///etc/passwd">', note: 'https://example.org/a.png' };
  expect((await drawPdf(typed)).length).toBeGreaterThan(1000);
});

test('is shown to its reader and kept by nobody in between', () => {
  const { headers } = pdfResponse(Buffer.from('%PDF-'), 'MCF-000042');
  expect(headers.get('content-disposition')).toBe('inline; filename="MCF-000042.pdf"');
  expect(headers.get('cache-control')).toBe('private, no-store');
});
