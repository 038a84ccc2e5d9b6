import type { Context } from "#platform/context";
import type { Choice } from "#modules/discimus";

/** What is in quarantine: how many per reason, on which lines; for a person, and without data of pupils. */
export async function reasonLines(ctx: Context, choice: Choice): Promise<string[]> {
  const { listReasons, quarantaineredenen } = await import("#modules/discimus");
  const reasons = await listReasons(ctx, choice);
  if (reasons.length === 0) return [];
  const width = Math.max(...reasons.map(({ aantal }) => String(aantal).length));
  return [
    "In quarantaine:",
    ...reasons.map(({ code, veld, aantal, regels }) => {
      const where = `regel ${regels.join(", ")}${aantal > regels.length ? ", …" : ""}`;
      return `  ${String(aantal).padStart(width)} × ${code}${veld === null ? "" : ` (${veld})`}: ${quarantaineredenen[code]} (${where})`;
    }),
  ];
}
