import type { Sql } from "#platform/database";
import { counter, gauge, type Figure, type Reading } from "./declare.ts";

/** What this room itself tells of a process. */
export const own = {
  build: gauge(
    "leerid_build_info",
    "Altijd 1. De versie van LeerID en van Node, en de rol: serve, worker of dropserver.",
    ["version", "node", "role"],
  ),
  read: gauge(
    "leerid_figures_read",
    "1 als de cijfers van deze kamer gelezen konden worden; 0: ze ontbreken nu, want lezen mislukte of duurde langer dan 2 s.",
    ["room"],
  ),
  requests: counter("leerid_http_requests_total", "Vragen per site, methode en klasse van antwoord.", [
    "site",
    "method",
    "status",
  ]),
  duration: {
    name: "leerid_http_request_seconds",
    help: "Duur van vragen per site.",
    type: "histogram",
    labels: ["site"],
  },
  used: gauge("leerid_pool_connections", "Verbindingen met de databank die nu in gebruik zijn, per pool.", [
    "pool",
  ]),
  most: gauge("leerid_pool_connections_max", "Hoogste aantal verbindingen van de pool.", ["pool"]),
  waiting: gauge("leerid_pool_waiting", "Wie nu op een verbinding met de databank wacht, per pool.", [
    "pool",
  ]),
} as const satisfies Record<string, Figure>;

/** How busy pools are, by a name for each. */
export const poolReading = (pools: Readonly<Record<string, Sql>>): Reading => ({
  name: "database",
  figures: [own.used, own.most, own.waiting],
  keepMs: 0,
  read: () =>
    Object.entries(pools).flatMap(([pool, sql]) => {
      const { used, waiting } = sql.load();
      return [
        { figure: own.used, labels: { pool }, value: used },
        { figure: own.most, labels: { pool }, value: sql.options.max },
        { figure: own.waiting, labels: { pool }, value: waiting },
      ];
    }),
});
