-- Repeatable: run again whenever this file changes (db/migrate.ts).
create extension if not exists pg_trgm with schema public;

grant usage on schema ordering to mcf_app;
grant select, insert, update, delete on all tables in schema ordering to mcf_app;
grant usage, select on all sequences in schema ordering to mcf_app;

select kernel.append_only('ordering.order_history');
revoke update, delete, truncate on ordering.order_history from mcf_app;
-- Orders are never deleted: money, photos and history point at them.
revoke delete, truncate on ordering.orders from mcf_app;

create index if not exists orders_search on ordering.orders using gin (search public.gin_trgm_ops);

-- The last line of defence behind lib/ordering/order.rules.ts: whatever code runs, a final order stays as it ended and
-- what was fixed at matching is not changed afterwards.
create or replace function ordering.refuse_rewriting() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null and new is distinct from old then
    raise exception 'order % has ended', old.id using errcode = 'insufficient_privilege';
  end if;
  if old.match_id is not null and (new.match_id, new.worker_id, new.cost_cents, new.discount_percent, new.price_cents)
     is distinct from (old.match_id, old.worker_id, old.cost_cents, old.discount_percent, old.price_cents) then
    raise exception 'the worker and price of order % are fixed', old.id using errcode = 'insufficient_privilege';
  end if;
  if (new.client_id, new.service_version_id, new.kit, new.duration_minutes, new.placed_at)
     is distinct from (old.client_id, old.service_version_id, old.kit, old.duration_minutes, old.placed_at) then
    raise exception 'the snapshot of order % is fixed', old.id using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
drop trigger if exists refuse_rewriting on ordering.orders;
create trigger refuse_rewriting before update on ordering.orders
  for each row execute function ordering.refuse_rewriting();
