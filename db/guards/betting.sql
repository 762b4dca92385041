-- The application's role cannot see this schema; it becomes mcf_betting for one transaction at a time.
do $$ begin
  if not exists (select from pg_roles where rolname = 'mcf_betting') then create role mcf_betting nologin; end if;
exception when duplicate_object or unique_violation then null; end $$;
grant mcf_betting to mcf_app with inherit false, set true;

revoke all on schema betting from public, mcf_app;
grant usage on schema betting to mcf_betting;
grant usage on schema kernel to mcf_betting;
grant select on kernel.settings to mcf_betting;
grant select, insert, update on betting.pools to mcf_betting;
grant select, insert, delete on betting.members to mcf_betting;
grant select, insert on betting.stakes, betting.movements, betting.trail to mcf_betting;

select kernel.append_only('betting.stakes');
select kernel.append_only('betting.movements');
select kernel.append_only('betting.trail');

-- At most 15 managers bet [US-280], also when two are added at once.
create or replace function betting.bound_members() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7310003);
  if (select count(*) from betting.members) >= 15 then
    raise exception 'the circle is full' using errcode = 'check_violation', constraint = 'members_at_most_15';
  end if;
  return new;
end $$;
create or replace trigger bound_members before insert on betting.members for each row execute function betting.bound_members();
