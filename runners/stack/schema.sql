-- The database that the stack captures; run at each start, so that nothing in it may fail or change what is there.
-- Passwords come as variables of psql. They are not to be seen in the server's log, should a statement fail.
set log_min_error_statement = panic;
set log_statement = none;
set client_min_messages = warning;

select 'create role debezium' where not exists (select from pg_roles where rolname = 'debezium') \gexec
select 'create role traceo' where not exists (select from pg_roles where rolname = 'traceo') \gexec
alter role debezium login replication password :'debezium_password';
alter role traceo login password :'traceo_password';

create schema if not exists metrics;
-- catalogue of known series
create table if not exists metrics.series(
  metric_id text primary key,
  service text not null,
  pod text not null,
  name text not null,
  unit text);
-- no constraints besides the key, on purpose: bad rows can occur
create table if not exists metrics.events(
  seq bigint generated always as identity primary key,
  metric_id text,
  "timestamp" timestamptz,
  value double precision,
  tags jsonb);
create table if not exists metrics.dbz_heartbeat(
  id int primary key,
  ts timestamptz not null default clock_timestamp(),
  n bigint not null default 0);
-- updates and deletes are to show the whole row of before
alter table metrics.series replica identity full;
alter table metrics.events replica identity full;
alter table metrics.dbz_heartbeat replica identity full;

grant usage on schema metrics to debezium, traceo;
grant select on all tables in schema metrics to debezium;
grant insert, update on metrics.dbz_heartbeat to debezium;
grant select, insert, update, delete, truncate on metrics.events, metrics.series to traceo;
grant usage, update on all sequences in schema metrics to traceo;

-- made by the owner: the connector's role needs no superuser (publication.autocreate.mode=disabled)
select 'create publication dbz_db for table metrics.events, metrics.series, metrics.dbz_heartbeat'
where not exists (select from pg_publication where pubname = 'dbz_db') \gexec
