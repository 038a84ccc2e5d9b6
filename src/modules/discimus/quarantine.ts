import { inTransaction, type Context } from "#platform/context";
import { Problem } from "#platform/problem";
import { findAccountOfRegistratie } from "#modules/leerlingen";
import { logInzage } from "#modules/privacylog";
import { takeGroep, type Regel } from "./batch.ts";
import { isRejection, readBericht, rejection, type Rejection } from "./contract.ts";
import { quarantaineProblemen } from "./problems.ts";
import { withRetries } from "./receive.ts";
import {
  deleteLines,
  insertInkijk,
  openLines,
  setReasons,
  type Choice,
  type Opened,
} from "./store-quarantine.ts";
import { insertZending, type Tally } from "./store.ts";

/** Stands in the privacy log where a line is about nobody whom LeerID knows. */
const nobody = "00000000-0000-0000-0000-000000000000";

/**
 * What a line in quarantine says: a look at the data of a pupil, written to the privacy log with who looked in the same commit, and
 * with the reason beside it (D11, ADR 0023).
 * @param look.door `uitbating:jan`
 * @param look.reden 10 to 300 characters
 * @throws Problem `quarantaine-onbekend`
 */
export function readLine(
  ctx: Context,
  look: { readonly nr: number; readonly door: string; readonly reden: string },
): Promise<Opened> {
  return inTransaction(ctx, async (tx) => {
    const [line] = await openLines(tx, { nr: look.nr }, { na: 0, most: 1 });
    if (!line) throw new Problem(quarantaineProblemen["quarantaine-onbekend"]);
    const registratie = registratieOf(line.tekst);
    const pupil = registratie && (await findAccountOfRegistratie(tx, registratie));
    await logInzage(tx, {
      scherm: "quarantaine-gelezen",
      voId: look.door,
      accountUuids: [pupil?.account_uuid ?? nobody],
    });
    await insertInkijk(tx, look);
    return line;
  });
}

/** The pupil of whom a line speaks, as far as it can be read. */
function registratieOf(tekst: string): { instellingsnummer: string; stamnummer: string } | undefined {
  try {
    const { sleutel } = JSON.parse(tekst) as { sleutel?: Record<string, unknown> };
    const { instellingsnummer, stamnummer } = sleutel ?? {};
    return typeof instellingsnummer === "string" && typeof stamnummer === "string"
      ? { instellingsnummer, stamnummer }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes lines in quarantine again, the way every message goes; those that are taken now leave it, the others stay with the reason
 * of today. Again: what was taken is not there any more, and nothing changes. Counts of the chosen lines, which add up.
 * @throws Problem `te-druk`
 */
export async function replay(ctx: Context, choice: Choice, groepsgrootte = 1000): Promise<Tally> {
  const total: Tally = { ontvangen: 0, verwerkt: 0, ongewijzigd: 0, quarantaine: 0 };
  for (let na = 0; ;) {
    const page = { na, most: groepsgrootte };
    const step = await withRetries(() => inTransaction(ctx, (tx) => replayGroep(tx, choice, page)));
    if (!step) return total;
    na = step.last;
    for (const name of ["ontvangen", "verwerkt", "ongewijzigd", "quarantaine"] as const)
      total[name] += step.telling[name];
  }
}

async function replayGroep(
  ctx: Context,
  choice: Choice,
  page: { readonly na: number; readonly most: number },
): Promise<{ readonly last: number; readonly telling: Tally } | undefined> {
  const lines = await openLines(ctx, choice, page);
  const last = lines.at(-1)?.nr;
  if (last === undefined) return undefined;
  const good: Regel[] = [];
  const still: (Rejection & { readonly nr: number })[] = [];
  for (const { nr, code, tekst } of lines) {
    // Of a line that was too long only the beginning was kept.
    const gelezen = code === "regel-te-lang" ? rejection(code, null) : readBericht(tekst, ctx.keys.inhoud);
    if (isRejection(gelezen)) still.push({ ...gelezen, nr });
    else good.push({ regel: nr, tekst, gelezen });
  }
  const groep = good.length > 0 ? await takeGroep(ctx, good) : undefined;
  for (const one of groep?.apart ?? []) still.push({ ...one, nr: one.regel });
  const stays = new Set(still.map((one) => one.nr));
  const taken = good.flatMap(({ regel }) => (stays.has(regel) ? [] : [regel]));
  const verwerkt = groep?.telling.verwerkt ?? 0;
  const ongewijzigd = groep?.telling.ongewijzigd ?? 0;
  if (taken.length > 0) {
    await deleteLines(ctx, taken);
    const telling = { ontvangen: taken.length, verwerkt, ongewijzigd, quarantaine: 0 };
    await insertZending(ctx, { ...telling, bron: "bestand", bestand: "quarantaine", klaar: true });
  }
  if (still.length > 0) await setReasons(ctx, still);
  return { last, telling: { ontvangen: lines.length, verwerkt, ongewijzigd, quarantaine: still.length } };
}
