-- The queue of work that somebody asked for, in a table of our own (ADR 0018). What still waits in that of graphile-worker comes
-- along; what an old server has under way there it ends itself, and its schema stays for old servers that still run.
create schema jobs;
create table jobs.job (
  job bigint generated always as identity primary key,
  task text not null,
  payload json not null,
  key text,
  run_at timestamptz not null default now(),
  attempts integer not null default 0,
  worker uuid,
  taken_until timestamptz,
  last_error text,
  check ((worker is null) = (taken_until is null))
);
comment on table jobs.job is
  'Work that must still be done: name of the task and ids, no personal data. key = while it waits, asking again with the same key replaces it. worker = who does it now, taken_until = unless he says so again it is anybody''s then. Retention: until done, or 25 attempts.';
create unique index job_key on jobs.job (key) where worker is null;
create index job_next on jobs.job (run_at, job);

-- Asked for again under the key of a job that waits, it takes the place of that one: at once, or, with p_later, when that one was to run.
create function jobs.enqueue(p_task text, p_payload json, p_key text default null, p_later double precision default null) returns void
language sql set search_path = pg_catalog as $$
  insert into jobs.job (task, payload, key, run_at) values (p_task, p_payload, p_key, now() + coalesce(p_later, 0) * interval '1 millisecond')
  on conflict (key) where worker is null do update
     set task = excluded.task, payload = excluded.payload, attempts = 0, last_error = null,
         run_at = case when p_later is null then excluded.run_at else job.run_at end;
  select pg_notify('leerid_jobs', '');
$$;
revoke execute on function jobs.enqueue(text, json, text, double precision) from public;
grant usage on schema jobs to leerid_app;
grant select, insert, update, delete on jobs.job to leerid_app;
grant execute on function jobs.enqueue(text, json, text, double precision) to leerid_app;

create or replace function klasinformatie.vraag_wissen(p_akkoord uuid) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform jobs.enqueue('klasinformatie-wissen', json_build_object('akkoord', p_akkoord));
end $$;
create or replace function klasinformatie.vraag_verwerken(p_levering uuid) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform jobs.enqueue('klasinformatie-levering', json_build_object('levering', p_levering));
end $$;

do $$
begin
  if to_regclass('graphile_worker._private_jobs') is not null then
    with moved as (
      delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
       where t.id = j.task_id and j.locked_by is null
      returning t.identifier, j.payload, j.key, j.run_at)
    insert into jobs.job (task, payload, key, run_at)
    select identifier, payload, key, run_at from moved order by run_at;
  end if;
end $$;
