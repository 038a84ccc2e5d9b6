import type { Log } from "#platform/log";
import type { Sql } from "./sql.ts";

/** The last migration inside graphile-worker as pinned in package.json; a test compares. */
export const jobsSchemaVersion = 20;

/**
 * Installs or updates the schema of graphile-worker as the owner, and lets `leerid_app` work with it. The library itself is only
 * loaded when there is something to do: a server that starts on a database that is up to date does not pay for it.
 * @param sql the owner's connection, holding the lock of migrations
 */
export async function installJobs(sql: Sql, url: string, log: Log): Promise<void> {
  if ((await installedVersion(sql)) >= jobsSchemaVersion) return;
  const { runMigrations, Logger } = await import("graphile-worker");
  await runMigrations({ connectionString: url, maxPoolSize: 1, logger: new Logger(() => () => {}) });
  await sql.unsafe(access);
  log.info({ versie: jobsSchemaVersion }, "schema van de taken bijgewerkt");
}

async function installedVersion(sql: Sql): Promise<number> {
  const [there] = await sql`select to_regclass('graphile_worker.migrations') is not null as er`;
  if (there?.["er"] !== true) return 0;
  const [row] = await sql<
    { versie: number | null }[]
  >`select max(id) as versie from graphile_worker.migrations`;
  return row?.versie ?? 0;
}

// The library enables row-level security without policies, so that only the owner may pass; our servers are not the owner.
const access = `
  grant usage on schema graphile_worker to leerid_app;
  grant select on graphile_worker.migrations, graphile_worker.jobs to leerid_app;
  grant select, insert, update, delete on graphile_worker._private_jobs, graphile_worker._private_job_queues,
    graphile_worker._private_tasks, graphile_worker._private_known_crontabs to leerid_app;
  drop policy if exists app on graphile_worker._private_jobs;
  drop policy if exists app on graphile_worker._private_job_queues;
  drop policy if exists app on graphile_worker._private_tasks;
  drop policy if exists app on graphile_worker._private_known_crontabs;
  create policy app on graphile_worker._private_jobs to leerid_app using (true) with check (true);
  create policy app on graphile_worker._private_job_queues to leerid_app using (true) with check (true);
  create policy app on graphile_worker._private_tasks to leerid_app using (true) with check (true);
  create policy app on graphile_worker._private_known_crontabs to leerid_app using (true) with check (true);
  comment on table graphile_worker.migrations is 'Which migrations of graphile-worker ran. No personal data.';
  comment on table graphile_worker._private_jobs is
    'Work that must still be done: name of the task and ids, no personal data. Retention: until done, or 25 attempts.';
  comment on table graphile_worker._private_job_queues is 'Of graphile-worker; not used. No personal data.';
  comment on table graphile_worker._private_tasks is 'Names of tasks. No personal data.';
  comment on table graphile_worker._private_known_crontabs is 'Of graphile-worker; not used. No personal data.';
`;
