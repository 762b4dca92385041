import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { settings } from '#db/schema/kernel.ts';
import { type Ctx, requireRole } from './ctx.ts';
import { parse } from './parse.ts';
import { Refused } from './refused.ts';
import { transaction } from './transaction.ts';

const isTimeZone = (zone: string) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
};

/** Every setting, with its shape and default. A context adds its own here; managers change them at run time. */
export const settingSchemas = {
  /** Zone of Sundays and month ends [US-220][US-230]. */
  time_zone: z
    .string()
    .min(1)
    .max(60)
    .refine(isTimeZone, 'manager.time_zone')
    .default(process.env.MCF_TIME_ZONE ?? 'Europe/Berlin'),
  /** Minutes after the scheduled time until an order without check-in fails [US-130]. */
  no_show_minutes: z.number().int().min(1).max(1440).default(30),
  /** Hours after the report until an unanswered order completes itself. */
  auto_complete_hours: z.number().int().min(1).max(720).default(24),
  /** Minutes before the start of an order at which the worker comes for the consumables [US-150]. */
  pick_up_minutes: z.number().int().min(0).max(1440).default(15),
  /** Minutes ahead of the pick-up at which the fur-tune cookie is ordered [US-170]. */
  cookie_lead_minutes: z.number().int().min(1).max(1440).default(30),
  /** Share of completed orders drawn for audit each day, in per cent [US-190]. */
  audit_sample_percent: z.number().int().min(0).max(100).default(5),
  /** The largest bonus, in units, that one manager may give alone [US-270]. */
  bonus_alone_units: z.number().int().min(0).max(1_000_000).default(1000),
} as const;

export type SettingKey = keyof typeof settingSchemas;
export type Setting<K extends SettingKey> = z.output<(typeof settingSchemas)[K]>;

/** The value in force. */
export async function readSetting<K extends SettingKey>(ctx: Pick<Ctx, 'db'>, key: K): Promise<Setting<K>> {
  const [row] = await ctx.db.select().from(settings).where(eq(settings.key, key));
  return settingSchemas[key].parse(row?.value) as Setting<K>;
}

/** All settings with their values in force, their bounds, and who changed them last (null: at the default). */
export async function listSettings(ctx: Ctx): Promise<
  {
    key: SettingKey;
    value: unknown;
    limits: { min?: number; max?: number };
    changedBy: string | null;
    changedAt: Date | null;
  }[]
> {
  requireRole(ctx, 'manager', 'system');
  const rows = new Map((await ctx.db.select().from(settings)).map((row) => [row.key, row]));
  return (Object.keys(settingSchemas) as SettingKey[]).map((key) => {
    const row = rows.get(key);
    const schema = settingSchemas[key];
    const { minValue, maxValue } = schema.unwrap() as { minValue?: number | null; maxValue?: number | null };
    return {
      key,
      value: schema.parse(row?.value),
      limits: { min: minValue ?? undefined, max: maxValue ?? undefined },
      changedBy: row?.changedBy ?? null,
      changedAt: row?.changedAt ?? null,
    };
  });
}

/** Changes a setting; managers only, audited. Throws `Refused`: invalid, not_allowed, unknown_setting. */
export async function changeSetting(ctx: Ctx, key: SettingKey, value: unknown): Promise<void> {
  requireRole(ctx, 'manager', 'system');
  if (!Object.hasOwn(settingSchemas, key)) throw new Refused('unknown_setting');
  const parsed = parse(z.object({ value: settingSchemas[key] as z.ZodType }), { value }).value;
  await transaction(ctx, async (tx) => {
    const row = { key, value: parsed, changedBy: ctx.actor.id, changedAt: ctx.now };
    await tx.db.insert(settings).values(row).onConflictDoUpdate({ target: settings.key, set: row });
    tx.audit({ verb: 'changeSetting', subject: 'setting', subjectId: key, data: { value: parsed } });
    tx.refresh('role:manager');
  });
}
