import type { Sql } from 'postgres';
import { z } from 'zod';
import type { Db } from './create-schema.ts';
import { HttpRefusal } from './http.ts';

export const PARTNERS = ['gateway', 'golden-hat', 'cookies'] as const;
export type Partner = (typeof PARTNERS)[number];

const milliseconds = z.number().int().min(0).max(3_600_000);
const count = z.number().int().min(0).max(1_000_000);

/** How a partner misbehaves. Kept in the database, so that a misbehaviour survives a restart. */
const knobsSchema = z.strictObject({
  delayMs: milliseconds,
  processMs: milliseconds,
  failNext: count,
  refuseNext: count,
  failRate: z.number().min(0).max(1),
  hangBefore: count,
  hangAfter: count,
  errorNext: count,
  doubleWebhook: z.boolean(),
  webhookDelayMs: milliseconds,
  outOfOrder: z.boolean(),
  returnNext: count,
  returnAfterMs: milliseconds,
  bakeSeconds: z.number().min(0).max(86_400),
});
export type Knobs = z.infer<typeof knobsSchema>;

const USUAL: Knobs = {
  delayMs: 0,
  processMs: 1_500,
  failNext: 0,
  refuseNext: 0,
  failRate: 0,
  hangBefore: 0,
  hangAfter: 0,
  errorNext: 0,
  doubleWebhook: false,
  webhookDelayMs: 0,
  outOfOrder: false,
  returnNext: 0,
  returnAfterMs: 2_000,
  bakeSeconds: 600,
};

type KnobsRow = {
  delay_ms: number;
  process_ms: number;
  fail_next: number;
  refuse_next: number;
  fail_rate: number;
  hang_before: number;
  hang_after: number;
  error_next: number;
  double_webhook: boolean;
  webhook_delay_ms: number;
  out_of_order: boolean;
  return_next: number;
  return_after_ms: number;
  bake_seconds: number;
};

export function isPartner(name: string | undefined): name is Partner {
  return PARTNERS.some((partner) => partner === name);
}

export async function readKnobs(sql: Db, partner: Partner): Promise<Knobs> {
  const [row] = await sql<KnobsRow[]>`select * from outside.knobs where partner = ${partner}`;
  if (!row) return USUAL;
  return {
    delayMs: row.delay_ms,
    processMs: row.process_ms,
    failNext: row.fail_next,
    refuseNext: row.refuse_next,
    failRate: row.fail_rate,
    hangBefore: row.hang_before,
    hangAfter: row.hang_after,
    errorNext: row.error_next,
    doubleWebhook: row.double_webhook,
    webhookDelayMs: row.webhook_delay_ms,
    outOfOrder: row.out_of_order,
    returnNext: row.return_next,
    returnAfterMs: row.return_after_ms,
    bakeSeconds: row.bake_seconds,
  };
}

/** Turns the knobs named in `changes` and leaves the others. Refuses unknown names and impossible values. */
export async function turnKnobs(sql: Sql, partner: Partner, changes: unknown): Promise<Knobs> {
  const parsed = knobsSchema.partial().safeParse(changes);
  if (!parsed.success) throw new HttpRefusal(400, `bad_knobs: ${z.prettifyError(parsed.error)}`);
  return sql.begin(async (tx) => {
    await keepUsualKnobs(tx, partner);
    await tx`select 1 from outside.knobs where partner = ${partner} for update`;
    const knobs = { ...(await readKnobs(tx, partner)), ...parsed.data };
    await tx`update outside.knobs set ${tx(rowOf(knobs))} where partner = ${partner}`;
    return knobs;
  });
}

/** Back to a partner that behaves. */
export async function resetKnobs(sql: Db, partner: Partner): Promise<Knobs> {
  await sql`delete from outside.knobs where partner = ${partner}`;
  return USUAL;
}

/**
 * Uses up one of the counted misfortunes, if any is left. The count is lowered by a conditional update, so that
 * exactly n requests are hit even when many arrive at once.
 */
export async function spend(
  sql: Db,
  partner: Partner,
  knob: 'failNext' | 'refuseNext' | 'returnNext' | 'hangBefore' | 'hangAfter' | 'errorNext',
): Promise<boolean> {
  const column = sql(
    {
      failNext: 'fail_next',
      refuseNext: 'refuse_next',
      returnNext: 'return_next',
      hangBefore: 'hang_before',
      hangAfter: 'hang_after',
      errorNext: 'error_next',
    }[knob],
  );
  const rows = await sql`
    update outside.knobs set ${column} = ${column} - 1 where partner = ${partner} and ${column} > 0 returning 1`;
  return rows.length > 0;
}

async function keepUsualKnobs(sql: Db, partner: Partner): Promise<void> {
  await sql`insert into outside.knobs ${sql({ partner, ...rowOf(USUAL) })} on conflict do nothing`;
}

function rowOf(knobs: Knobs): KnobsRow {
  return {
    delay_ms: knobs.delayMs,
    process_ms: knobs.processMs,
    fail_next: knobs.failNext,
    refuse_next: knobs.refuseNext,
    fail_rate: knobs.failRate,
    hang_before: knobs.hangBefore,
    hang_after: knobs.hangAfter,
    error_next: knobs.errorNext,
    double_webhook: knobs.doubleWebhook,
    webhook_delay_ms: knobs.webhookDelayMs,
    out_of_order: knobs.outOfOrder,
    return_next: knobs.returnNext,
    return_after_ms: knobs.returnAfterMs,
    bake_seconds: knobs.bakeSeconds,
  };
}
