import { setTimeout as pause } from 'node:timers/promises';
import type { Sql } from 'postgres';
import { z } from 'zod';
import { type Exchange, HttpRefusal, parseObject, readBody, readForm, redirectTo, sendJson } from './http.ts';
import { formatInstant, type Html, html } from './page.ts';
import { refuseSignature } from './signature.ts';

const bodyLimitBytes = 8_000_000;
const shownCount = 50;

const milliseconds = z.number().int().min(0).max(60_000);
const count = z.number().int().min(0).max(1_000_000);
const knobsSchema = z.strictObject({
  delayMs: milliseconds,
  errorNext: count,
  wrongNext: count,
  hangNext: count,
});
type Knobs = z.infer<typeof knobsSchema>;
const usual: Knobs = { delayMs: 0, errorNext: 0, wrongNext: 0, hangNext: 0 };
const labels: [keyof Knobs, string][] = [
  ['delayMs', 'Answer after, ms'],
  ['errorNext', 'HTTP 500 for the next'],
  ['wrongNext', 'Wrong answer to the next'],
  ['hangNext', 'No answer to the next'],
];

/** The contract with remote matching steps, as the algorithm people read it: docs/remote-steps.md. */
const question = z.object({
  contract: z.literal(1),
  kind: z.enum(['filter', 'score']),
  order: z.object({ id: z.string(), skills: z.array(z.string()) }),
  samples: z.array(
    z.object({
      id: z.string(),
      characteristics: z.record(z.string(), z.number()),
      completedCount: z.number(),
      failedCount: z.number(),
    }),
  ),
});
type Question = z.infer<typeof question>;

type Asked = { at: Date; kind: string; orderId: string; sampleCount: number; answer: string };

/**
 * A matching step of the algorithm people, at `/remote-step`: signed, and told by its knobs to be late, to fail, to answer
 * nonsense or not at all. It rates by the weakest of the skills asked for, and drops those of whom more orders failed than
 * went well. The knobs are kept in the database; what was asked is remembered until the process ends.
 */
export async function openRemoteStep(sql: Sql, secret: string, closing: AbortSignal) {
  await sql`create table if not exists outside.remote_step_knobs (one boolean primary key default true check (one), knobs jsonb not null)`;
  const asked: Asked[] = [];

  const readKnobs = async (): Promise<Knobs> => {
    const [row] = await sql<{ knobs: Knobs }[]>`select knobs from outside.remote_step_knobs`;
    return { ...usual, ...row?.knobs };
  };
  const keepKnobs = async (knobs: Knobs) => {
    await sql`insert into outside.remote_step_knobs (knobs) values (${sql.json(knobs)})
      on conflict (one) do update set knobs = excluded.knobs`;
    return knobs;
  };
  /** Uses up one of the counted misfortunes; a conditional update, so that exactly n questions are hit. */
  const spend = async (knob: 'errorNext' | 'wrongNext' | 'hangNext'): Promise<boolean> => {
    const rows = await sql`
      update outside.remote_step_knobs set knobs = jsonb_set(knobs, ${`{${knob}}`}::text[], to_jsonb((knobs->>${knob})::int - 1))
      where (knobs->>${knob})::int > 0 returning 1`;
    return rows.length > 0;
  };

  /** Answers a question, or misbehaves. */
  async function serve({ request, response }: Exchange): Promise<void> {
    if (request.method !== 'POST') throw new HttpRefusal(405, 'method_not_allowed');
    const body = await readBody(request, bodyLimitBytes);
    const header = (name: string) => [request.headers[name]].flat()[0];
    const refused = refuseSignature(
      secret,
      { timestamp: header('x-mcf-timestamp'), signature: header('x-mcf-signature'), text: body },
      Date.now(),
    );
    if (refused) throw new HttpRefusal(401, refused);
    if (header('x-mcf-contract') !== '1') throw new HttpRefusal(400, 'unknown_contract');
    const parsed = question.safeParse(parseObject(body));
    if (!parsed.success) throw new HttpRefusal(400, `bad_request: ${z.prettifyError(parsed.error)}`);
    const knobs = await readKnobs();
    const note = (answer: string) => {
      const { kind, order, samples } = parsed.data;
      asked.unshift({ at: new Date(), kind, orderId: order.id, sampleCount: samples.length, answer });
      asked.length = Math.min(asked.length, shownCount);
    };
    if (knobs.hangNext > 0 && (await spend('hangNext'))) return note('none');
    if (knobs.errorNext > 0 && (await spend('errorNext'))) {
      note('HTTP 500');
      throw new HttpRefusal(500, 'internal_error');
    }
    const isWrong = knobs.wrongNext > 0 && (await spend('wrongNext'));
    note(isWrong ? 'wrong' : knobs.delayMs > 0 ? `after ${knobs.delayMs} ms` : 'at once');
    await pause(knobs.delayMs, undefined, { signal: closing }).catch(() => {});
    sendJson(response, 200, isWrong ? { contract: 1, ratings: { nobody: 101 } } : answerTo(parsed.data));
  }

  /** Knobs as JSON (GET, PUT, DELETE to reset) and as the form of the front page (POST). */
  async function serveKnobs({ request, response }: Exchange): Promise<void> {
    const turn = async (changes: unknown) => {
      const parsed = knobsSchema.partial().safeParse(changes);
      if (!parsed.success) throw new HttpRefusal(400, `bad_knobs: ${z.prettifyError(parsed.error)}`);
      return keepKnobs({ ...(await readKnobs()), ...parsed.data });
    };
    if (request.method === 'GET') sendJson(response, 200, await readKnobs());
    else if (request.method === 'DELETE') sendJson(response, 200, await keepKnobs(usual));
    else if (request.method === 'PUT')
      sendJson(response, 200, await turn(parseObject(await readBody(request))));
    else if (request.method === 'POST') {
      const form = await readForm(request);
      if (form.reset) await keepKnobs(usual);
      else await turn(Object.fromEntries(labels.map(([name]) => [name, Number(form[name])])));
      redirectTo(response, '/#remote-step');
    } else throw new HttpRefusal(405, 'method_not_allowed');
  }

  /** Its part of the front page. */
  async function render(origin: string): Promise<Html> {
    const knobs = await readKnobs();
    const fields = labels.map(
      ([name, label]) =>
        html`<label>${label} <input type="number" name="${name}" value="${knobs[name]}" min="0" required></label>`,
    );
    const rows = asked.map(
      (
        each,
      ) => html`<tr><td>${formatInstant(each.at)}</td><td>${each.kind}</td><td class="mono">${each.orderId}</td>
        <td class="number">${each.sampleCount}</td><td>${each.answer}</td></tr>`,
    );
    return html`<section id="remote-step"><h2>Remote matching step</h2>
      <p class="soft">Add a “Remote score” or “Remote filter” with the address <code>${origin}/remote-step</code> to the
      matching pipeline. It rates by the weakest of the skills asked for.</p>
      <form class="row" method="post" action="/knobs/remote-step">${fields}
        <button class="main">Set</button><button name="reset" value="1" formnovalidate>Behave</button></form>
      <details><summary>Last questions (${asked.length})</summary>${
        rows.length === 0
          ? html`<p>Nothing asked yet.</p>`
          : html`<div class="scroll"><table><thead><tr><th>At</th><th>Kind</th><th>Order</th><th class="number">Candidates</th>
            <th>Answered</th></tr></thead><tbody>${rows}</tbody></table></div>`
      }</details></section>`;
  }

  return { serve, serveKnobs, render };
}

function answerTo({ kind, order, samples }: Question) {
  if (kind === 'filter')
    return {
      contract: 1,
      keep: samples.filter((each) => each.failedCount <= each.completedCount + 1).map(({ id }) => id),
    };
  return {
    contract: 1,
    ratings: Object.fromEntries(
      samples.map(({ id, characteristics }) => [
        id,
        Math.min(100, ...order.skills.map((skill) => characteristics[skill] ?? 50)),
      ]),
    ),
  };
}
