-- Repeatable: run again whenever this file changes (db/migrate.ts).
grant usage on schema identity to mcf_app;
grant select, insert, update, delete on all tables in schema identity to mcf_app;
