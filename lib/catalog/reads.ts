import { asc, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { serviceTypes, serviceVersions } from '#db/schema/catalog.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import type { Bilingual } from './inputs.ts';

/** A version of a service type, as orders take a snapshot of it. */
export type Service = {
  serviceTypeId: string;
  serviceVersionId: string;
  version: number;
  name: Bilingual;
  description: Bilingual;
  durationMinutes: number;
  skills: string[];
  kit: { itemCode: string; quantity: number }[];
  publishedAt: Date;
  retiredAt: Date | null;
};

const listLimit = 200;

const columns = {
  serviceTypeId: serviceTypes.id,
  serviceVersionId: serviceVersions.id,
  version: serviceVersions.version,
  name: serviceVersions.name,
  description: serviceVersions.description,
  durationMinutes: serviceVersions.durationMinutes,
  skills: serviceVersions.skills,
  kit: serviceVersions.kit,
  publishedAt: serviceVersions.publishedAt,
  retiredAt: serviceTypes.retiredAt,
};

/** What clients can ask for now, oldest service first. */
export async function publishedServices(ctx: Pick<Ctx, 'db'>): Promise<Service[]> {
  return ctx.db
    .select(columns)
    .from(serviceTypes)
    .innerJoin(serviceVersions, eq(serviceVersions.id, serviceTypes.currentVersionId))
    .where(isNull(serviceTypes.retiredAt))
    .orderBy(asc(serviceTypes.id))
    .limit(listLimit);
}

/** Every service type in its current version, retired ones last; for managers. */
export async function allServices(ctx: Pick<Ctx, 'db'>): Promise<Service[]> {
  return ctx.db
    .select(columns)
    .from(serviceTypes)
    .innerJoin(serviceVersions, eq(serviceVersions.id, serviceTypes.currentVersionId))
    .orderBy(sql`${serviceTypes.retiredAt} is not null`, asc(serviceTypes.id))
    .limit(listLimit);
}

/** The current version of a service type, retired or not; null when there is no such type. */
export async function currentService(ctx: Pick<Ctx, 'db'>, serviceTypeId: string): Promise<Service | null> {
  if (!z.uuid().safeParse(serviceTypeId).success) return null;
  const [service] = await ctx.db
    .select(columns)
    .from(serviceTypes)
    .innerJoin(serviceVersions, eq(serviceVersions.id, serviceTypes.currentVersionId))
    .where(eq(serviceTypes.id, serviceTypeId));
  return service ?? null;
}

/** One version, current or not: what an order was placed on. */
export async function serviceVersion(
  ctx: Pick<Ctx, 'db'>,
  serviceVersionId: string,
): Promise<Service | null> {
  if (!z.uuid().safeParse(serviceVersionId).success) return null;
  const [service] = await ctx.db
    .select(columns)
    .from(serviceVersions)
    .innerJoin(serviceTypes, eq(serviceTypes.id, serviceVersions.serviceTypeId))
    .where(eq(serviceVersions.id, serviceVersionId));
  return service ?? null;
}
