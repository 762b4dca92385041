-- Repeatable: run again whenever this file changes (db/migrate.ts).
grant usage on schema catalog to mcf_app;
grant select, insert, update, delete on all tables in schema catalog to mcf_app;

select kernel.append_only('catalog.service_versions');
revoke update, delete, truncate on catalog.service_versions from mcf_app;
