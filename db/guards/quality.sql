grant usage on schema quality to mcf_app;
grant select, insert, update on all tables in schema quality to mcf_app;
revoke update on quality.contacts from mcf_app;
select kernel.append_only('quality.contacts');
