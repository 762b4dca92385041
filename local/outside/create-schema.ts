import type { ISql, Sql } from 'postgres';

/** A connection or a transaction: whichever the caller is in. */
export type Db = ISql;

/**
 * Creates the `outside` schema and its tables when they are missing. Safe to run by several processes at
 * once; never drops anything, because partners keep their keys for ever.
 */
export async function createSchema(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('outside.create-schema'))`;
    await tx`set local client_min_messages = warning`;
    await tx.unsafe(`
      create schema if not exists outside;

      create table if not exists outside.settings (
        name text primary key,
        value text not null
      );

      create table if not exists outside.testers (
        id text primary key,
        name text not null,
        email text not null unique,
        active boolean not null default true
      );

      create table if not exists outside.sign_on_records (
        model text not null,
        id text not null,
        payload jsonb not null,
        grant_id text,
        uid text,
        consumed_at timestamptz,
        expires_at timestamptz,
        primary key (model, id)
      );
      create index if not exists sign_on_records_grant on outside.sign_on_records (grant_id);
      create index if not exists sign_on_records_uid on outside.sign_on_records (uid);
      create index if not exists sign_on_records_expiry on outside.sign_on_records (expires_at);

      create table if not exists outside.knobs (
        partner text primary key,
        delay_ms integer not null default 0,
        process_ms integer not null default 0,
        fail_next integer not null default 0,
        fail_rate double precision not null default 0,
        hang_before integer not null default 0,
        hang_after integer not null default 0,
        error_next integer not null default 0,
        double_webhook boolean not null default false,
        webhook_delay_ms integer not null default 0,
        out_of_order boolean not null default false,
        bake_seconds double precision not null default 600
      );
      alter table outside.knobs add column if not exists return_next integer not null default 0;
      alter table outside.knobs add column if not exists return_after_ms integer not null default 0;
      alter table outside.knobs add column if not exists refuse_next integer not null default 0;

      create table if not exists outside.operations (
        seq bigint generated always as identity primary key,
        id text not null unique,
        partner text not null,
        kind text not null,
        idempotency_key text not null,
        request_hash text not null,
        amount_cents bigint,
        instrument text,
        label text,
        reference text not null,
        status text not null check (status in ('pending', 'succeeded', 'failed', 'returned')),
        outcome text not null check (outcome in ('succeeded', 'failed')),
        outcome_code text,
        first_answer text not null,
        created_at timestamptz not null default clock_timestamp(),
        settle_at timestamptz not null,
        settled_at timestamptz,
        unique (partner, idempotency_key)
      );
      alter table outside.operations add column if not exists return_at timestamptz;
      -- Databases made before transfers could come back.
      do $$ begin
        if not exists (select from pg_constraint where conname = 'operations_status_check'
            and conrelid = 'outside.operations'::regclass and pg_get_constraintdef(oid) like '%returned%') then
          alter table outside.operations drop constraint if exists operations_status_check;
          alter table outside.operations add constraint operations_status_check
            check (status in ('pending', 'succeeded', 'failed', 'returned'));
        end if;
      end $$;
      create index if not exists operations_returning on outside.operations (return_at)
        where return_at is not null and status = 'succeeded';
      create index if not exists operations_due on outside.operations (settle_at) where status = 'pending';
      create index if not exists operations_instrument on outside.operations (partner, kind, instrument);
      create index if not exists operations_settled on outside.operations (partner, kind, settled_at);
      create index if not exists operations_recent on outside.operations (partner, seq desc);

      create table if not exists outside.webhooks (
        seq bigint generated always as identity primary key,
        delivery_id text not null,
        partner text not null,
        operation_id text not null references outside.operations (id),
        body text not null,
        swap boolean not null default false,
        attempts integer not null default 0,
        next_attempt_at timestamptz not null,
        last_answer text,
        delivered_at timestamptz
      );
      create index if not exists webhooks_due on outside.webhooks (next_attempt_at) where delivered_at is null;
      create index if not exists webhooks_operation on outside.webhooks (operation_id);

      create table if not exists outside.mails (
        id bigint generated always as identity primary key,
        received_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
        sender text not null,
        recipients text[] not null,
        subject text not null,
        text_body text,
        html_body text,
        attachments jsonb not null,
        raw bytea
      );
    `);
  });
}
