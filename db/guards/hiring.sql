grant usage on schema hiring to mcf_app;
grant select, insert, update on all tables in schema hiring to mcf_app;
