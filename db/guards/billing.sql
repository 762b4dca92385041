grant usage on schema billing to mcf_app;
grant select, insert, update on all tables in schema billing to mcf_app;
revoke delete, truncate on all tables in schema billing from mcf_app;
revoke update on billing.billed_orders from mcf_app;
select kernel.append_only('billing.billed_orders');

-- An item may be taken by a document once; everything else about it, and about a document's sum, is frozen.
create or replace function billing.freeze_item() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or old.document_id is not null
     or (to_jsonb(new) - 'document_id') is distinct from (to_jsonb(old) - 'document_id') then
    raise exception '% of an item of % is refused: it is frozen', tg_op, old.party_id using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create or replace trigger keep_frozen before update or delete on billing.items
  for each row execute function billing.freeze_item();
alter table billing.items enable always trigger keep_frozen;

create or replace function billing.freeze_document() returns trigger language plpgsql as $$
declare progress text[] := array['state', 'attempts_count', 'next_attempt_at', 'paid_at'];
begin
  if tg_op = 'DELETE' or (to_jsonb(new) - progress) is distinct from (to_jsonb(old) - progress) then
    raise exception '% of document % is refused: it is frozen', tg_op, old.id using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create or replace trigger keep_frozen before update or delete on billing.invoices
  for each row execute function billing.freeze_document();
create or replace trigger keep_frozen before update or delete on billing.statements
  for each row execute function billing.freeze_document();
alter table billing.invoices enable always trigger keep_frozen;
alter table billing.statements enable always trigger keep_frozen;
