import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { JSONValue, Sql } from 'postgres';

/** Keeps the provider's sessions, codes, tokens and grants in Postgres, so that a restart signs nobody out. */
export function signOnRecords(sql: Sql, model: string): Adapter {
  type Row = { payload: AdapterPayload; consumed_s: number | null };
  const first = (rows: Row[]): AdapterPayload | undefined => {
    const [row] = rows;
    return row && { ...row.payload, ...(row.consumed_s === null ? {} : { consumed: row.consumed_s }) };
  };
  const columns = sql`payload, floor(extract(epoch from consumed_at))::int as consumed_s`;
  const alive = sql`model = ${model} and (expires_at is null or expires_at > clock_timestamp())`;
  return {
    async upsert(id, payload, expiresIn) {
      const row = {
        payload: sql.json(payload as JSONValue),
        grant_id: payload.grantId ?? null,
        uid: payload.uid ?? null,
        expires_at: expiresIn ? new Date(Date.now() + expiresIn * 1000) : null,
      };
      await sql`
        insert into outside.sign_on_records ${sql({ model, id, ...row })}
        on conflict (model, id) do update set ${sql(row)}`;
    },
    async find(id) {
      return first(
        await sql<Row[]>`select ${columns} from outside.sign_on_records where ${alive} and id = ${id}`,
      );
    },
    async findByUid(uid) {
      return first(
        await sql<Row[]>`select ${columns} from outside.sign_on_records where ${alive} and uid = ${uid}`,
      );
    },
    // Codes typed in by hand belong to a flow that is switched off.
    async findByUserCode() {},
    async consume(id) {
      await sql`
        update outside.sign_on_records set consumed_at = clock_timestamp() where model = ${model} and id = ${id}`;
    },
    async destroy(id) {
      await sql`delete from outside.sign_on_records where model = ${model} and id = ${id}`;
    },
    async revokeByGrantId(grantId) {
      await sql`delete from outside.sign_on_records where model = ${model} and grant_id = ${grantId}`;
    },
  };
}

/** Forgets what has expired. */
export async function sweepSignOnRecords(sql: Sql): Promise<void> {
  await sql`delete from outside.sign_on_records where expires_at < clock_timestamp()`;
}
