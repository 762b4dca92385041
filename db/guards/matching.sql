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

-- What a match answered is not rewritten.
select kernel.append_only('matching.match_results');
revoke update, delete, truncate on matching.match_results from mcf_app;
