import { counter, gauge, makeTally, type Figure, type Reading, type Tally } from "#platform/metrics";
import { listWaiting } from "./store.ts";

const waiting = gauge(
  "leerid_jobs_waiting",
  "Taken in de rij, ook die nu lopen, per taak; geen regel: geen.",
  ["task"],
);
const oldest = gauge(
  "leerid_jobs_oldest_seconds",
  "Hoe lang de oudste taak die aan de beurt is, al in de rij staat, per taak.",
  ["task"],
);
const retried = gauge(
  "leerid_jobs_retried",
  "Taken in de rij die al minstens één keer mislukten, per taak.",
  ["task"],
);
const failed = counter("leerid_job_failures_total", "Mislukte pogingen in dit proces, per taak.", ["task"]);
const givenUp = counter(
  "leerid_jobs_given_up_total",
  "Taken die na 25 pogingen niet meer terugkomen, per taak.",
  ["task"],
);

/** What is in the queue, of the whole installation. */
export const queueReading: Reading = {
  name: "jobs",
  figures: [waiting, oldest, retried],
  async read(ctx) {
    return (await listWaiting(ctx)).flatMap((one) => {
      const labels = { task: one.task };
      return [
        { figure: waiting, labels, value: one.waiting },
        { figure: oldest, labels, value: one.oldest },
        { figure: retried, labels, value: one.failed },
      ];
    });
  },
};

export type JobCounts = { readonly failed: Tally; readonly givenUp: Tally };

/** What one worker counts of its jobs. */
export function followJobs(tasks: readonly string[]): {
  readonly reading: Reading;
  readonly counts: JobCounts;
} {
  const known = tasks.map((task) => ({ task }));
  const counts = { failed: makeTally(failed, known), givenUp: makeTally(givenUp, known) };
  return {
    counts,
    reading: {
      name: "worker",
      figures: [failed, givenUp],
      keepMs: 0,
      read: () => [...counts.failed.samples(), ...counts.givenUp.samples()],
    },
  };
}

const upkeepFailures = counter(
  "leerid_upkeep_failures_total",
  "Mislukte beurten van het onderhoud, per taak.",
  ["task"],
);
const lastSuccess = gauge(
  "leerid_upkeep_last_success_timestamp_seconds",
  "Wanneer de taak van het onderhoud in dit proces laatst lukte; tot de eerste keer: wanneer het onderhoud startte.",
  ["task"],
);
const interval = gauge("leerid_upkeep_interval_seconds", "Om de hoeveel seconden de taak aan de beurt is.", [
  "task",
]);

/** What one process sees of its upkeep. */
export function followUpkeep(
  offered: readonly { readonly name: string; readonly everyMs: number }[],
  begin: number,
): {
  readonly reading: Reading;
  noteSuccess(task: string, now: number): void;
  noteFailure(task: string): void;
} {
  const failures = makeTally(
    upkeepFailures,
    offered.map(({ name }) => ({ task: name })),
  );
  const succeeded = new Map(offered.map(({ name }) => [name, begin]));
  return {
    noteSuccess: (task, now) => succeeded.set(task, now),
    noteFailure: (task) => failures.add({ task }),
    reading: {
      name: "upkeep",
      figures: [upkeepFailures, lastSuccess, interval],
      keepMs: 0,
      read: () => [
        ...failures.samples(),
        ...offered.flatMap(({ name: task, everyMs }) => [
          { figure: interval, labels: { task }, value: everyMs / 1000 },
          { figure: lastSuccess, labels: { task }, value: (succeeded.get(task) ?? begin) / 1000 },
        ]),
      ],
    },
  };
}

/** What a worker and upkeep tell of themselves, for their documentation. */
export const jobFigures: readonly Figure[] = [failed, givenUp, upkeepFailures, lastSuccess, interval];
