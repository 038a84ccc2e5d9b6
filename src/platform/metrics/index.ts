import type { IncomingMessage, ServerResponse } from "node:http";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export type Metrics = {
  /** A figure that is asked for when somebody looks. */
  gauge(name: string, help: string, read: () => number): void;
  /** Counts and times the requests of a site. */
  measured(site: string, listener: Listener): Listener;
  /** A figure that only grows, by labels. Labels are few and fixed: never a name that somebody chose. */
  counter(name: string, help: string, labels: readonly string[]): (values: string[], by?: number) => void;
  handler: Listener;
};

/** Figures of this process in Prometheus format: requests and their duration per site, and Node's own. No personal data. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "leerid_http_requests_total",
    help: "Requests per site, method and status class",
    labelNames: ["site", "method", "status"],
    registers: [registry],
  });
  const duration = new Histogram({
    name: "leerid_http_request_seconds",
    help: "Duration per site",
    labelNames: ["site"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  return {
    gauge(name, help, read) {
      const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect: () => gauge.set(read()) });
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
    counter: (name, help, labels) => {
      const counter = new Counter({ name, help, labelNames: [...labels], registers: [registry] });
      return (values, by = 1) =>
        counter.inc(Object.fromEntries(labels.map((l, i) => [l, values[i] ?? ""])), by);
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
  };
}
