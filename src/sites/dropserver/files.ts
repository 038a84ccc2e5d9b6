import { createHash } from "node:crypto";
import type { Context } from "#platform/context";
import { isUnavailable } from "#platform/database";
import { describeError } from "#platform/log";
import { Problem } from "#platform/problem";
import { receiveFile } from "#modules/leveringen";
import { status, SftpRefusal, type DropMetrics } from "./contract.ts";
import { readSum } from "./rules.ts";
import { announceSum, forgetSum, compareSum } from "./store.ts";

/** Who is signed in. */
export type Wie = { readonly pakket: string; readonly naam: string };

/**
 * Hands a whole file to intake. After this returned it is safe: then only may the sender be told so.
 * @throws Weigering, Problem
 */
export async function takeFile(
  ctx: Context,
  { pakket }: Wie,
  naam: string,
  inhoud: Buffer,
  metingen: DropMetrics,
): Promise<void> {
  const som = createHash("sha256").update(inhoud).digest("hex");
  const sha256 = await compareSum(ctx, pakket, naam, som);
  try {
    const { status: outcome } = await receiveFile(ctx, { pakket, naam, inhoud, kanaal: "sftp", sha256 });
    metingen.file(outcome, inhoud.length);
    ctx.log.info({ pakket, bestand: naam, bytes: inhoud.length, status: outcome }, "bestand ontvangen");
  } catch (error) {
    await forgetSum(ctx, pakket, naam, som).catch(() => {});
    throw error;
  }
}

/**
 * A checksum: remembered for a file that comes later, compared with one that came.
 * @throws Weigering when they differ
 */
export async function takeSum(ctx: Context, { pakket }: Wie, naam: string, inhoud: Buffer): Promise<void> {
  const bestand = naam.slice(0, -".sha256".length);
  const som = readSum(inhoud, bestand);
  const gekregen = await announceSum(ctx, pakket, bestand, som);
  if (gekregen === undefined || gekregen === som) return;
  ctx.log.warn({ pakket, bestand }, "controlesom klopt niet met het bestand dat er al is");
  throw new SftpRefusal(
    status.mislukt,
    "De controlesom klopt niet met het bestand dat al ontvangen is: onderweg is er iets veranderd. Stuur het bestand opnieuw onder een nieuwe naam, met een later tijdstip.",
  );
}

/** What is said of an error to the client, and whether somebody must look at it. */
export function weigeringOf(ctx: Context, error: unknown): SftpRefusal {
  if (error instanceof SftpRefusal) return error;
  if (error instanceof Problem)
    return new SftpRefusal(status.mislukt, `${error.detail ?? error.kind.titel} ${error.kind.herstel}`);
  if (isUnavailable(error)) {
    ctx.log.warn(describeError(error), "de databank kon nu niet");
    return new SftpRefusal(
      status.mislukt,
      "LeerID heeft het nu te druk, of de databank is even weg. Het bestand is niet ontvangen: stuur het opnieuw.",
    );
  }
  ctx.log.error(describeError(error), "onverwachte fout in de dropserver");
  return new SftpRefusal(status.mislukt, "Er ging iets mis bij LeerID. Stuur het bestand later opnieuw.");
}
