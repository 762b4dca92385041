-- Repeatable: run again whenever this file changes (db/migrate.ts).
grant usage on schema consumables to mcf_app;
grant select, insert, update, delete on all tables in schema consumables to mcf_app;

select kernel.append_only('consumables.stock_movements');
revoke update, delete, truncate on consumables.stock_movements from mcf_app;

-- On hand is always the sum of movements: nobody but this trigger writes it.
create or replace function consumables.count_movement() returns trigger
language plpgsql security definer set search_path = consumables, pg_temp as $$
begin
  update consumables.items set on_hand_count = on_hand_count + new.delta_count where id = new.item_id;
  return new;
end $$;

create or replace trigger count_movement after insert on consumables.stock_movements
  for each row execute function consumables.count_movement();
alter table consumables.stock_movements enable always trigger count_movement;

create or replace function consumables.start_at_nothing() returns trigger language plpgsql as $$
begin
  new.on_hand_count := 0;
  return new;
end $$;

create or replace trigger start_at_nothing before insert on consumables.items
  for each row execute function consumables.start_at_nothing();

revoke update, delete on consumables.items from mcf_app;
grant update (name, unit, reorder_point_count, is_active) on consumables.items to mcf_app;
