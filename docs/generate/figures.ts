import { figures } from "#leerid";
import { code, page, table } from "./page.ts";

const kinds = { gauge: "stand", counter: "telt op", histogram: "verdeling" } as const;

/** What Prometheus finds. */
export function figuresPage(): string {
  const rows = figures()
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, type, labels, help }) => [
      code(name),
      kinds[type],
      labels.length === 0 ? "–" : labels.map(code).join(", "),
      help,
    ]);
  return page("Metingen", "de kamers die metingen aanbieden (`figures.ts`), verzameld in `src/leerid.ts`", [
    "Elk proces geeft zijn metingen op `/metrics`, in het formaat van Prometheus: `serve` op poort + 99, `dropserver` op + 98, `worker` op + 97, alleen op `LEERID_METINGEN_HOST`. Geen persoonsgegevens. Daarnaast staan er die van Node zelf (`process_…`, `nodejs_…`).",
    "Wat een stand van de hele installatie is (zegels, rij van taken, quarantaine, leveringen), zegt elk proces hetzelfde: neem het hoogste. Wat optelt, telt per proces vanaf zijn start. Een meting die nu niet gelezen kan worden, ontbreekt; `leerid_figures_read` is dan 0.",
    table(["naam", "soort", "labels", "wat het zegt"], rows),
    "Een verdeling staat er als `…_bucket`, `…_sum` en `…_count`.",
  ]);
}
