import { randomUUID } from "node:crypto";
import type { Context } from "#platform/context";
import { hash, seal } from "#platform/crypto";
import { Problem } from "#platform/problem";
import type { ReceivedFile, Leveringstatus, Ontvangst } from "./contract.ts";
import { hashOf, hoogstensBytes } from "./content.ts";
import { isFuture, readName, nameOfOntvangst, admission, type FileName } from "./names.ts";
import { klasinformatieProblemen, type Bestandreden } from "./problems.ts";
import { refused, unchanged } from "./receipts.ts";
import {
  insertRefused,
  insertUnchanged,
  insertWaiting,
  lookOnArrival,
  listWithOntvangst,
  type Arrival,
  type Place,
} from "./store.ts";

/** What became of a file that was taken: a receipt at once, or later. */
export type Accepted = {
  readonly levering: string;
  readonly status: Leveringstatus;
  readonly ontvangst: Ontvangst | null;
};

const pogingen = 8;

/**
 * Takes a file, whole and closed (D9). When it returns, the file is on disk: sealed, with a job that looks at it; or it is
 * refused with a receipt and nothing of it is kept; or it says what stands already and is done. Two trips, one commit. The same
 * name and content again gives the same answer, however often.
 * @throws Problem of klasinformatieProblemen: nothing is stored
 */
export async function receiveFile(ctx: Context, bestand: ReceivedFile): Promise<Accepted> {
  const naam = readName(bestand.naam);
  if (!naam) throw new Problem(klasinformatieProblemen["naam-onleesbaar"]);
  if (bestand.inhoud.length > hoogstensBytes)
    throw new Problem(
      klasinformatieProblemen["te-groot"],
      "Een bestand telt hoogstens 2 MB, zoals het verstuurd wordt. Stuur één bestand per school en schooljaar, en pak het in met gzip.",
    );
  if (bestand.sha256 !== undefined && bestand.sha256.toLowerCase() !== hash(bestand.inhoud).toString("hex"))
    throw new Problem(klasinformatieProblemen["sha256-klopt-niet"]);
  const nieuw: Omit<Arrival, "nu"> = {
    levering: randomUUID(),
    bestand,
    naam,
    hash: await hashOf(ctx.keys, bestand.inhoud, naam.gz),
  };
  for (let poging = 0; poging < pogingen; poging++) {
    const outcome = await attempt(ctx, { ...nieuw, nu: new Date(ctx.clock.now()) });
    if (outcome) return outcome;
  }
  throw new Error("a school that changes all the time");
}

/** One look and one write; undefined when something changed between the two. */
async function attempt(ctx: Context, nieuw: Arrival): Promise<Accepted | undefined> {
  const { bestand, naam, levering, nu } = nieuw;
  const { plaats, gekend, houdt, eerder } = await lookOnArrival(ctx, bestand.pakket, bestand.naam, naam);
  if (eerder) {
    if (!eerder.hash.equals(nieuw.hash)) throw new Problem(klasinformatieProblemen["naam-hergebruikt"]);
    return { levering: eerder.levering, status: eerder.status, ontvangst: eerder.ontvangst };
  }
  const over = { ...naam, naam: bestand.naam, ontvangenOp: nu };
  const reden = weigering(ctx, bestand, naam, plaats, gekend);
  if (reden !== undefined || plaats.akkoord === null) {
    const ontvangst = refused(over, nu, reden ?? "geen-akkoord");
    return (await insertRefused(ctx, nieuw, ontvangst))
      ? { levering, status: "geweigerd", ontvangst }
      : undefined;
  }
  const { stand } = plaats;
  if (stand && !plaats.teWissen && !houdt && isUnchanged(stand, nieuw.hash, naam.tijdstip)) {
    const ontvangst = unchanged(over, nu, stand.rijen);
    return (await insertUnchanged(ctx, nieuw, plaats.akkoord, { plaats, stand, ontvangst }))
      ? { levering, status: "verwerkt", ontvangst }
      : undefined;
  }
  const verzegeld = seal(ctx.keys.klasbestand, bestand.inhoud, levering);
  return (await insertWaiting(ctx, nieuw, plaats.akkoord, verzegeld))
    ? { levering, status: "wacht", ontvangst: null }
    : undefined;
}

/** Does a file say, later or again, what stands already and was taken whole? */
export const isUnchanged = (stand: NonNullable<Place["stand"]>, inhoud: Buffer, tijdstip: number): boolean =>
  stand.volledig && tijdstip >= stand.tijdstip.getTime() && stand.hash.equals(inhoud);

/** What can be refused without a look at the content, in the order in which a sender can mend it. */
function weigering(
  ctx: Context,
  { pakket }: ReceivedFile,
  { schooljaar, tijdstip }: FileName,
  plaats: Place,
  gekend: boolean,
): Bestandreden | undefined {
  if (!gekend) return "onbekende-school";
  if (plaats.pakket !== pakket) return "ander-pakket";
  if (plaats.akkoord === null) return "geen-akkoord";
  if (admission(schooljaar, ctx.clock.vandaag()) === "nee") return "schooljaar";
  return isFuture(tijdstip, ctx.clock.now()) ? "tijdstip-in-toekomst" : undefined;
}

const veertienDagen = 14 * 86_400_000;

/**
 * The receipts of a package of the last 14 days, or since a moment, newest first. `bytes`: of the receipt as JSON.stringify
 * writes it; `klaarOp`: epoch milliseconds.
 */
export async function listOntvangsten(
  ctx: Context,
  pakket: string,
  options: { readonly sinds?: Date } = {},
): Promise<{ naam: string; bytes: number; klaarOp: number }[]> {
  const sinds = options.sinds ?? new Date(ctx.clock.now() - veertienDagen);
  return (await listWithOntvangst(ctx, pakket, sinds)).map(({ naam, bytes, klaarOp }) => ({
    naam: nameOfOntvangst(naam),
    bytes,
    klaarOp: klaarOp.getTime(),
  }));
}
