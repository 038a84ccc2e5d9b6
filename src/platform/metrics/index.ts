import type { IncomingMessage, ServerResponse } from "node:http";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Context } from "#platform/context";
import { openDatabase } from "#platform/database";
import type { Figure, Reading, Sample } from "./declare.ts";
import { own } from "./own.ts";
import { makeReader } from "./reader.ts";

export { counter, gauge, makeTally, type Figure, type Reading, type Sample, type Tally } from "./declare.ts";
export { own as ownFigures, poolReading } from "./own.ts";

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export type Metrics = {
  /** Figures of a room, read when somebody looks. @throws when a figure was offered before */
  offer(readings: readonly Reading[]): void;
  /** Counts and times the requests of a site. */
  measured(site: string, listener: Listener): Listener;
  handler: Listener;
  /** Closes the connections that only read figures. */
  close(): Promise<void>;
};

/**
 * Figures of this process in Prometheus format: what rooms offer, requests and their duration per site, and Node's own. No personal
 * data. They are read over connections of their own, so that they tell of a full pool instead of waiting for it; and whatever
 * cannot be read in time is left out, so that there is an answer when the database is away.
 */
export function createMetrics(
  ctx: Context,
  about: { readonly version: string; readonly role: string },
): Metrics {
  const { url, direct } = ctx.sql.options;
  const reading: Context = { ...ctx, sql: openDatabase({ url, direct, max: 2 }) };
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({ ...promOptions(own.requests), registers: [registry] });
  const duration = new Histogram({
    ...promOptions(own.duration),
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  new Gauge({ ...promOptions(own.build), registers: [registry] }).set(
    { ...about, node: process.versions.node },
    1,
  );
  const readers = new Map<string, () => Promise<readonly Sample[] | undefined>>();
  const read: Gauge = new Gauge({
    ...promOptions(own.read),
    registers: [registry],
    async collect() {
      // Side by side: each may take its two seconds.
      await Promise.all(
        Array.from(readers, async ([room, ask]) => read.set({ room }, (await ask()) ? 1 : 0)),
      );
    },
  });
  return {
    offer(readings) {
      for (const one of readings) {
        const ask = makeReader(reading, one);
        readers.set(one.name, ask);
        for (const figure of one.figures)
          register(registry, figure, async () => (await ask()) ?? one.unread ?? []);
      }
    },
    measured: (site, listener) => (request, response) => {
      const start = performance.now();
      response.once("close", () => {
        const method = /^(GET|POST|PUT|HEAD|OPTIONS|DELETE)$/.test(request.method ?? "")
          ? (request.method ?? "")
          : "OTHER";
        requests.inc({ site, method, status: `${Math.floor(response.statusCode / 100)}xx` });
        duration.observe({ site }, (performance.now() - start) / 1000);
      });
      listener(request, response);
    },
    handler: (request, response) => {
      const text = (status: number, body: string, type = "text/plain; charset=utf-8") =>
        response.writeHead(status, { "content-type": type }).end(body);
      if (request.url === "/metrics") {
        registry.metrics().then(
          (body) => text(200, body, registry.contentType),
          () => text(500, "metrics failed"),
        );
      } else text(404, "niet gevonden");
    },
    close: () => reading.sql.end({ timeout: 0 }),
  };
}

const promOptions = ({ name, help, labels }: Figure) => ({ name, help, labelNames: [...labels] });

/** Writes the samples of one figure anew each time that somebody looks; what has none is not there. */
function register(registry: Registry, figure: Figure, samples: () => Promise<readonly Sample[]>): void {
  const options = { ...promOptions(figure), registers: [registry] };
  const write = async (metric: Counter | Gauge, put: (sample: Sample) => void) => {
    const found = await samples();
    metric.reset();
    if (figure.labels.length === 0) metric.remove(); // a reset alone would say 0
    for (const sample of found) if (sample.figure.name === figure.name) put(sample);
  };
  if (figure.type === "counter") {
    const metric: Counter = new Counter({
      ...options,
      collect: () => write(metric, ({ labels = {}, value }) => metric.inc(labels, value)),
    });
    return;
  }
  const metric: Gauge = new Gauge({
    ...options,
    collect: () => write(metric, ({ labels = {}, value }) => metric.set(labels, value)),
  });
}
