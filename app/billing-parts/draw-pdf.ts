import 'server-only';
import { join } from 'node:path';
import pdfmake from 'pdfmake';

const fonts = join(process.cwd(), 'node_modules', '@expo-google-fonts', 'onest');
pdfmake.setFonts({
  Onest: {
    normal: join(fonts, '400Regular', 'Onest_400Regular.ttf'),
    bold: join(fonts, '600SemiBold', 'Onest_600SemiBold.ttf'),
  },
});
// A document is made of our own words and the two fonts; whatever somebody typed fetches nothing.
pdfmake.setUrlAccessPolicy(() => false);
pdfmake.setLocalAccessPolicy((path) => path.startsWith(fonts));

const ink = '#241e16';
const quiet = '#5c5244';
const line = '#e3dacb';
const plain = {
  hLineWidth: () => 0,
  vLineWidth: () => 0,
  paddingLeft: () => 0,
  paddingRight: () => 0,
  paddingTop: () => 2,
  paddingBottom: () => 2,
};
const mark = `<svg viewBox="0 0 32 32"><path d="M3.4 3.6c0-1.7 2-2.6 3.3-1.5l5.2 4.5c2.7-.5 5.5-.5 8.2 0l5.2-4.5c1.3-1.1 3.3-.2 3.3 1.5v9.4c1.4 2.3 2 4.3 2 6.5C30.6 26.8 24 31 16 31S1.4 26.8 1.4 19.5c0-2.2.6-4.2 2-6.5z" fill="#f4a91f"/><path d="m9.2 18.2 4.9 5L23 13.4" fill="none" stroke="#241a08" stroke-width="3.6" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

/** What stands on an invoice or a statement, all of it in the reader's words already. */
export type Paper = {
  title: string;
  /** "To: Murka". */
  facts: readonly (readonly [name: string, value: string])[];
  columns: readonly [when: string, what: string, amount: string];
  rows: readonly (readonly [when: string, what: string, amount: string])[];
  /** Under the lines; the last one is the sum. */
  sums: readonly (readonly [name: string, amount: string])[];
  note: string;
  seal: { head: string; why: string } | null;
  page: (page: number, pages: number) => string;
  language: string;
  issuedAt: Date;
};

/** Draws a document as PDF, A4, the same bytes for the same document. */
export function drawPdf(paper: Paper): Promise<Buffer> {
  const small = { fontSize: 8, color: quiet };
  const sums = paper.sums.map(([name, amount], position) => {
    const isTotal = position === paper.sums.length - 1;
    const look = isTotal ? { bold: true, fontSize: 12 } : { color: quiet };
    return [
      { text: name, ...look },
      { text: amount, alignment: 'right', ...look },
    ];
  });
  return pdfmake
    .createPdf({
      info: {
        title: paper.title,
        author: 'Make Cats Free',
        creationDate: paper.issuedAt,
        modDate: paper.issuedAt,
      },
      language: paper.language,
      pageSize: 'A4',
      pageMargins: [56, 56, 56, 88],
      defaultStyle: { font: 'Onest', fontSize: 10, color: ink, lineHeight: 1.25 },
      content: [
        {
          columns: [
            { svg: mark, width: 20 },
            { text: 'Make Cats Free', bold: true, fontSize: 12, margin: [8, 2, 0, 0] },
          ],
          margin: [0, 0, 0, 28],
        },
        { text: paper.title, bold: true, fontSize: 20, margin: [0, 0, 0, 14] },
        {
          layout: plain,
          table: {
            widths: ['auto', '*'],
            body: paper.facts.map(([name, value]) => [
              { text: name, color: quiet, margin: [0, 0, 12, 0] },
              value,
            ]),
          },
          margin: [0, 0, 0, 22],
        },
        {
          table: {
            headerRows: 1,
            dontBreakRows: true,
            widths: ['auto', '*', 'auto'],
            body: [
              paper.columns.map((text, position) => ({
                text,
                ...small,
                alignment: position === 2 ? 'right' : 'left',
              })),
              ...paper.rows.map(([when, what, amount]) => [
                { text: when, color: quiet, noWrap: true },
                what,
                { text: amount, alignment: 'right', noWrap: true },
              ]),
            ],
          },
          layout: {
            hLineWidth: () => 0.6,
            vLineWidth: () => 0,
            hLineColor: () => line,
            paddingLeft: (column: number) => (column === 0 ? 0 : 10),
            paddingRight: (column: number) => (column === 2 ? 0 : 4),
            paddingTop: () => 5,
            paddingBottom: () => 4,
          },
        },
        {
          unbreakable: true,
          stack: [
            {
              layout: plain,
              table: { widths: ['*', 'auto'], body: sums },
              margin: [0, 8, 0, 24],
            },
            { text: paper.note, color: quiet },
          ],
        },
      ],
      footer: (page: number, pages: number) => ({
        margin: [56, 16, 56, 0],
        stack: [
          ...(paper.seal
            ? [
                { text: paper.seal.head, ...small },
                { text: paper.seal.why, ...small },
              ]
            : []),
          { text: paper.page(page, pages), ...small, alignment: 'right' },
        ],
      }),
    })
    .getBuffer();
}

/** A PDF as an answer: for its reader only, shown in the browser, saved under its name. */
export const pdfResponse = (bytes: Buffer, name: string): Response =>
  new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': 'application/pdf',
      'content-length': String(bytes.length),
      'content-disposition': `inline; filename="${name}.pdf"`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    },
  });
