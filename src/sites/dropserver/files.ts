import { createHash } from "node:crypto";
import type { Context } from "#platform/context";
import { isUnavailable } from "#platform/database";
import { describeError } from "#platform/log";
import { Problem } from "#platform/problem";
import { ontvangBestand } from "#modules/leveringen";
import { status, Weigering, type Metingen } from "./contract.ts";
import { leesSom } from "./rules.ts";
import { kondigSomAan, vergeetSom, vergelijkMetSom } from "./store.ts";

/** Who is signed in. */
export type Wie = { readonly pakket: string; readonly naam: string };

/**
 * Hands a whole file to intake. After this returned it is safe: then only may the sender be told so.
 * @throws Weigering, Problem
 */
export async function neemBestand(
  ctx: Context,
  { pakket }: Wie,
  naam: string,
  inhoud: Buffer,
  metingen: Metingen,
): Promise<void> {
  const som = createHash("sha256").update(inhoud).digest("hex");
  const sha256 = await vergelijkMetSom(ctx, pakket, naam, som);
  try {
    const { status: uitkomst } = await ontvangBestand(ctx, { pakket, naam, inhoud, kanaal: "sftp", sha256 });
    metingen.bestand(uitkomst, inhoud.length);
    ctx.log.info({ pakket, bestand: naam, bytes: inhoud.length, status: uitkomst }, "bestand ontvangen");
  } catch (error) {
    await vergeetSom(ctx, pakket, naam, som).catch(() => {});
    throw error;
  }
}

/**
 * A checksum: remembered for a file that comes later, compared with one that came.
 * @throws Weigering when they differ
 */
export async function neemSom(ctx: Context, { pakket }: Wie, naam: string, inhoud: Buffer): Promise<void> {
  const bestand = naam.slice(0, -".sha256".length);
  const som = leesSom(inhoud, bestand);
  const gekregen = await kondigSomAan(ctx, pakket, bestand, som);
  if (gekregen === undefined || gekregen === som) return;
  ctx.log.warn({ pakket, bestand }, "controlesom klopt niet met het bestand dat er al is");
  throw new Weigering(
    status.mislukt,
    "De controlesom klopt niet met het bestand dat al ontvangen is: onderweg is er iets veranderd. Stuur het bestand opnieuw onder een nieuwe naam, met een later tijdstip.",
  );
}

/** What is said of an error to the client, and whether somebody must look at it. */
export function weigeringVan(ctx: Context, error: unknown): Weigering {
  if (error instanceof Weigering) return error;
  if (error instanceof Problem)
    return new Weigering(status.mislukt, `${error.detail ?? error.kind.titel} ${error.kind.herstel}`);
  if (isUnavailable(error)) {
    ctx.log.warn(describeError(error), "de databank kon nu niet");
    return new Weigering(
      status.mislukt,
      "LeerID heeft het nu te druk, of de databank is even weg. Het bestand is niet ontvangen: stuur het opnieuw.",
    );
  }
  ctx.log.error(describeError(error), "onverwachte fout in de dropserver");
  return new Weigering(status.mislukt, "Er ging iets mis bij LeerID. Stuur het bestand later opnieuw.");
}
