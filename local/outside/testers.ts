import type { Sql } from 'postgres';
import { ulid } from 'ulid';
import type { Db } from './create-schema.ts';
import { HttpRefusal } from './http.ts';

export type Tester = { id: string; name: string; email: string; active: boolean };

/** Who is signed in at the company when nobody has been chosen. */
export const USUAL_TESTER = 'murka';

const SEEDED: Tester[] = [
  { id: 'murka', name: 'Мурка Подоконникова', email: 'murka@happycatbox.example', active: true },
  { id: 'barsik', name: 'Барсик Клубков', email: 'barsik@happycatbox.example', active: true },
  { id: 'whiskers', name: 'Whiskers McPaw', email: 'whiskers@happycatbox.example', active: true },
  { id: 'vasily', name: 'Василий Сметанин', email: 'vasily@happycatbox.example', active: true },
  { id: 'mittens', name: 'Mittens Underfoot', email: 'mittens@happycatbox.example', active: true },
  { id: 'ryzhik', name: 'Рыжик Полосатый-Запятайский', email: 'ryzhik@happycatbox.example', active: true },
  { id: 'duchess', name: 'Duchess von Schnurr', email: 'duchess@happycatbox.example', active: true },
  { id: 'matroskin', name: 'Матвей Простоквашин', email: 'matvey@happycatbox.example', active: true },
  { id: 'pixel', name: 'Pixel O’Keyboard', email: 'pixel@happycatbox.example', active: true },
  { id: 'snezhok', name: 'Снежок Батареев', email: 'snezhok@happycatbox.example', active: true },
  { id: 'gingersnap', name: 'Gingersnap Crumb', email: 'gingersnap@happycatbox.example', active: true },
  { id: 'tishka', name: 'Тишка Ушедший', email: 'tishka@happycatbox.example', active: false },
];

/** Puts the company's testers in place on the first start; later changes by hand are kept. */
export async function seedTesters(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('outside.seed-testers'))`;
    const [any] = await tx`select 1 from outside.testers limit 1`;
    if (!any) await tx`insert into outside.testers ${tx(SEEDED)}`;
  });
}

export async function findTester(sql: Db, id: string): Promise<Tester | undefined> {
  const [tester] = await sql<Tester[]>`select * from outside.testers where id = ${id}`;
  return tester;
}

/** A page of the company's directory, ordered by id; `nextCursor` is null on the last one. */
export async function listTesters(
  sql: Db,
  cursor: string | null,
  limit: number,
): Promise<{ testers: Tester[]; nextCursor: string | null }> {
  const after = cursor ? Buffer.from(cursor, 'base64url').toString('utf8') : '';
  const rows = await sql<Tester[]>`
    select id, name, email, active from outside.testers where id > ${after} collate "C"
    order by id collate "C" limit ${limit + 1}`;
  const testers = rows.slice(0, limit);
  const last = testers.at(-1);
  const nextCursor = rows.length > limit && last ? Buffer.from(last.id, 'utf8').toString('base64url') : null;
  return { testers, nextCursor };
}

/** Takes a tester off the company's rolls, or back. Refuses one it never had. */
export async function setTesterActive(sql: Db, id: string, active: boolean): Promise<Tester> {
  const [tester] = await sql<Tester[]>`
    update outside.testers set active = ${active} where id = ${id} returning id, name, email, active`;
  if (!tester) throw new HttpRefusal(404, 'no_such_tester');
  return tester;
}

/** Hires a tester. Refuses an empty name, a strange address, and an address already taken. */
export async function addTester(sql: Db, name: string, email: string): Promise<Tester> {
  const cleanName = name.trim().slice(0, 200);
  const cleanEmail = email.trim().toLowerCase();
  if (!cleanName) throw new HttpRefusal(400, 'name_missing');
  if (!/^[^\s@]{1,64}@[^\s@]{1,180}$/.test(cleanEmail)) throw new HttpRefusal(400, 'bad_email');
  const [tester] = await sql<Tester[]>`
    insert into outside.testers ${sql({ id: ulid().toLowerCase(), name: cleanName, email: cleanEmail, active: true })}
    on conflict (email) do nothing returning id, name, email, active`;
  if (!tester) throw new HttpRefusal(409, 'email_taken');
  return tester;
}
