-- Repeatable: run again whenever this file changes (db/migrate.ts).
create extension if not exists btree_gist with schema public;

grant usage on schema matching to mcf_app;
grant select, insert, update, delete on all tables in schema matching to mcf_app;

-- A worker is not double-booked, whatever runs at the same time. Overbooking on purpose stands outside.
do $$ begin
  alter table matching.engagements add constraint engagements_no_overlap
    exclude using gist (worker_id with =, tstzrange(starts_at, ends_at) with &&)
    where (released_at is null and not overbooked);
exception when duplicate_object or duplicate_table then null; end $$;

-- What a match answered, and what was published, is not rewritten.
select kernel.append_only('matching.match_results');
revoke update, delete, truncate on matching.match_results from mcf_app;
select kernel.append_only('matching.pipeline_versions');
revoke update, delete, truncate on matching.pipeline_versions from mcf_app;
select kernel.append_only('matching.sample_changes');
revoke update, delete, truncate on matching.sample_changes from mcf_app;

-- Which transaction changed a row last. A copy in memory asks for all rows of transactions that were not over when it last
-- looked, so it misses none, whatever order they commit in (lib/matching/live-pool.ts).
create or replace function matching.note_change() returns trigger language plpgsql as $$
begin
  new.changed_in := pg_current_xact_id()::text::bigint;
  return new;
end $$;
create or replace trigger note_change before insert or update on matching.samples
  for each row execute function matching.note_change();
create or replace trigger note_change before insert or update on matching.engagements
  for each row execute function matching.note_change();

-- What a sample was like then, for replays; whoever changes it.
create or replace function matching.keep_sample_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' or new.characteristics is distinct from old.characteristics or new.active is distinct from old.active then
    insert into matching.sample_changes (worker_id, changed_at, characteristics, active)
    values (new.worker_id, case when tg_op = 'INSERT' then new.joined_at else now() end, new.characteristics, new.active);
  end if;
  return null;
end $$;
create or replace trigger keep_sample_change after insert or update on matching.samples
  for each row execute function matching.keep_sample_change();
insert into matching.sample_changes (worker_id, changed_at, characteristics, active)
  select worker_id, joined_at, characteristics, active from matching.samples s
  where not exists (select from matching.sample_changes c where c.worker_id = s.worker_id);
