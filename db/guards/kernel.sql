-- Repeatable: run again whenever this file changes (db/migrate.ts).
create or replace function kernel.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% on %.% is refused: rows are append-only', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;

-- The same words for every append-only table: select kernel.append_only('ordering.order_history').
create or replace function kernel.append_only(target regclass) returns void language plpgsql as $$
begin
  execute format('drop trigger if exists refuse_change on %s', target);
  execute format('create trigger refuse_change before update or delete on %s for each row execute function kernel.refuse_change()', target);
  execute format('alter table %s enable always trigger refuse_change', target);
  execute format('drop trigger if exists refuse_truncate on %s', target);
  execute format('create trigger refuse_truncate before truncate on %s for each statement execute function kernel.refuse_change()', target);
  execute format('alter table %s enable always trigger refuse_truncate', target);
end $$;

select kernel.append_only('kernel.audit');

do $$ begin
  if not exists (select from pg_roles where rolname = 'mcf_app') then create role mcf_app login; end if;
exception when duplicate_object or unique_violation then null; end $$;

-- The application's role may use every ordinary schema; ledger and betting have guards of their own.
grant usage on schema kernel to mcf_app;
grant select, insert, update, delete on all tables in schema kernel to mcf_app;
revoke update, delete, truncate on kernel.audit from mcf_app;
