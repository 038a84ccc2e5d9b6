import { counter, makeTally, type Reading } from "#platform/metrics";
import type { DropMetrics } from "./contract.ts";

const files = counter("leerid_dropserver_files_total", "Bestanden die de dropserver aannam, per uitkomst.", [
  "status",
]);
const bytes = counter("leerid_dropserver_bytes_total", "Bytes van de bestanden die de dropserver aannam.");
const refusals = counter(
  "leerid_dropserver_refusals_total",
  "Vragen en verbindingen die de dropserver weigerde, per reden.",
  ["reason"],
);
const connections = counter(
  "leerid_dropserver_connections_total",
  "Verbindingen met de dropserver, per gebeurtenis.",
  ["event"],
);

/** Counts what one dropserver does. */
export function makeDropMetrics(): DropMetrics & { readonly reading: Reading } {
  const taken = makeTally(files);
  const size = makeTally(bytes);
  const refused = makeTally(refusals);
  const events = makeTally(
    connections,
    ["open", "dicht", "aangemeld", "afgewezen", "vol"].map((event) => ({ event })),
  );
  return {
    file(status, length) {
      taken.add({ status });
      size.add({}, length);
    },
    refusal: (reason) => refused.add({ reason }),
    connection: (event) => events.add({ event }),
    reading: {
      name: "dropserver",
      figures: [files, bytes, refusals, connections],
      keepMs: 0,
      read: () => [taken, size, refused, events].flatMap((one) => one.samples()),
    },
  };
}
