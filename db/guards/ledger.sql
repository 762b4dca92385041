-- The ledger lives apart: its owner cannot log in, the application may look and add, nobody may change.
do $$ begin
  if not exists (select from pg_roles where rolname = 'mcf_ledger') then create role mcf_ledger nologin; end if;
  if not exists (select from pg_roles where rolname = 'mcf_betting') then create role mcf_betting nologin; end if;
  if not (select rolsuper from pg_roles where rolname = current_user) then
    execute format('grant mcf_ledger to %I', current_user);
  end if;
end $$;

-- Stamps what the application must not choose, so that a line can later be told from its transaction's own.
create or replace function ledger.stamp_transaction() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.xid := pg_catalog.pg_current_xact_id();
  new.recorded_at := pg_catalog.clock_timestamp();
  return new;
end $$;

-- A line goes only into a transaction that this very database transaction has opened.
create or replace function ledger.stamp_line() returns trigger
language plpgsql security definer set search_path = '' as $$
declare opened ledger.transactions;
begin
  select * into opened from ledger.transactions where id = new.transaction_id;
  if opened.id is null or opened.xid <> pg_catalog.pg_current_xact_id() then
    raise exception 'a line cannot be appended to transaction %: it is closed', new.transaction_id
      using errcode = 'insufficient_privilege';
  end if;
  -- Accounts are never deleted, so looking is as good as a foreign key, and locks nothing.
  if not exists (select from ledger.accounts where id = new.account_id) then
    raise exception 'there is no account %', new.account_id using errcode = 'foreign_key_violation';
  end if;
  new.book := opened.book;
  new.occurred_at := opened.occurred_at;
  return new;
end $$;

create or replace function ledger.must_balance() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  target uuid;
  found record;
begin
  if tg_table_name = 'transactions' then target := new.id; else target := new.transaction_id; end if;
  select count(*) as n, coalesce(sum(amount_cents), 0) as total into found
    from ledger.lines where transaction_id = target;
  if found.n < 2 or found.total <> 0 then
    raise exception 'transaction % is refused: % lines, sum %', target, found.n, found.total
      using errcode = 'check_violation';
  end if;
  return null;
end $$;

-- Posts several transactions with their lines and answers the ids of those whose keys were new. It has the rights of its
-- caller. This is the hot path: one small statement after the other, whose plans are kept, costs a quarter of a few that
-- take the whole of it apart as sets. Callers send transactions in the order of their keys, and new accounts are named in
-- that of their ids, so that two who name the same ones wait for each other instead of for ever.
create or replace function ledger.post_entries(wanted jsonb) returns setof uuid
language plpgsql as $$
declare
  asked jsonb;
  line jsonb;
  opened jsonb[];
  missing jsonb[];
begin
  for n in 0 .. jsonb_array_length(wanted) - 1 loop
    asked := wanted->n;
    insert into ledger.transactions
      (id, book, key, request_hash, kind, subject, occurred_at, actor_kind, actor_id, details)
    values ((asked->>'id')::uuid, asked->>'book', asked->>'key', asked->>'request_hash', asked->>'kind', asked->>'subject',
      (asked->>'occurred_at')::timestamptz, asked->>'actor_kind', asked->>'actor_id', asked->'details')
    on conflict (book, key) do nothing;
    if not found then continue; end if;
    opened := opened || asked;
    for m in 0 .. jsonb_array_length(asked->'lines') - 1 loop
      line := asked->'lines'->m;
      if not exists (select from ledger.accounts known where known.id = line->>'account_id') then
        missing := missing || (line || jsonb_build_object('book', asked->>'book'));
      end if;
    end loop;
  end loop;
  if opened is null then return; end if;

  if missing is not null then
    insert into ledger.accounts (id, book, kind, party)
    select distinct l->>'account_id', l->>'book', l->>'account_kind', l->>'party'
    from unnest(missing) l order by l->>'account_id'
    on conflict do nothing;
  end if;

  foreach asked in array opened loop
    for m in 0 .. jsonb_array_length(asked->'lines') - 1 loop
      line := asked->'lines'->m;
      insert into ledger.lines (transaction_id, position, book, account_id, amount_cents, occurred_at)
      values ((asked->>'id')::uuid, m, asked->>'book', line->>'account_id',
        (line->>'amount_cents')::bigint, (asked->>'occurred_at')::timestamptz);
    end loop;
    return next (asked->>'id')::uuid;
  end loop;
end $$;

drop trigger if exists stamp on ledger.transactions;
create trigger stamp before insert on ledger.transactions for each row execute function ledger.stamp_transaction();
alter table ledger.transactions enable always trigger stamp;
drop trigger if exists stamp on ledger.lines;
create trigger stamp before insert on ledger.lines for each row execute function ledger.stamp_line();
alter table ledger.lines enable always trigger stamp;

-- Deferred to the commit; on both tables, so that an empty transaction is refused as well.
drop trigger if exists must_balance on ledger.transactions;
create constraint trigger must_balance after insert on ledger.transactions
  deferrable initially deferred for each row execute function ledger.must_balance();
alter table ledger.transactions enable always trigger must_balance;
drop trigger if exists must_balance on ledger.lines;
create constraint trigger must_balance after insert on ledger.lines
  deferrable initially deferred for each row execute function ledger.must_balance();
alter table ledger.lines enable always trigger must_balance;

select kernel.append_only('ledger.accounts');
select kernel.append_only('ledger.transactions');
select kernel.append_only('ledger.lines');
select kernel.append_only('ledger.seals');
select kernel.append_only('ledger.snapshots');
select kernel.append_only('ledger.verifications');

-- Each role sees its own books only: who reads clients and people does not learn that there is another.
do $$ declare t text; begin
  foreach t in array array['accounts', 'transactions', 'lines', 'seals', 'snapshots'] loop
    execute format('alter table ledger.%I enable row level security', t);
    execute format('drop policy if exists app_books on ledger.%I', t);
    execute format('create policy app_books on ledger.%I to mcf_app using (book in (''clients'', ''people'')) with check (book in (''clients'', ''people''))', t);
    execute format('drop policy if exists betting_book on ledger.%I', t);
    execute format('create policy betting_book on ledger.%I to mcf_betting using (book = ''betting'') with check (book = ''betting'')', t);
    execute format('alter table ledger.%I owner to mcf_ledger', t);
  end loop;
end $$;

alter function ledger.stamp_transaction() owner to mcf_ledger;
alter function ledger.stamp_line() owner to mcf_ledger;
alter function ledger.must_balance() owner to mcf_ledger;
alter function ledger.post_entries(jsonb) owner to mcf_ledger;
alter schema ledger owner to mcf_ledger;

alter table ledger.verifications owner to mcf_ledger;

revoke all on schema ledger from public;
revoke all on all tables in schema ledger from public, mcf_app, mcf_betting;
grant usage on schema ledger to mcf_app, mcf_betting;
grant select on all tables in schema ledger to mcf_app, mcf_betting;
-- Only the columns that a caller may choose: stamps and numbers are the database's own.
grant insert (id, book, kind, party) on ledger.accounts to mcf_app, mcf_betting;
grant insert (id, book, key, request_hash, kind, subject, occurred_at, actor_kind, actor_id, details)
  on ledger.transactions to mcf_app, mcf_betting;
grant insert (transaction_id, position, book, account_id, amount_cents, occurred_at)
  on ledger.lines to mcf_app, mcf_betting;
revoke all on function ledger.post_entries(jsonb) from public;
grant execute on function ledger.post_entries(jsonb) to mcf_app, mcf_betting;
grant insert on ledger.seals, ledger.snapshots to mcf_app, mcf_betting;
grant insert on ledger.verifications to mcf_app;
revoke select on ledger.verifications from mcf_betting;
