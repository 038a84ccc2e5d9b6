import type { Datum } from "#platform/clock";
import { inTransaction, type Context } from "#platform/context";
import { changesBetween, readFile, type Change, type Standing } from "#platform/import-file";
import { Problem, problems } from "#platform/problem";
import { hasToepassing } from "#modules/toepassingen";
import { protocolBestand, type ProtocolFile } from "./contract.ts";
import { standingOf } from "./rules.ts";
import { findContent, findLatestVersion, insertProtocol, listContentInForce } from "./store.ts";

export { protocolBestand, type ProtocolFile } from "./contract.ts";

export const protocolProblemen = problems({
  "versie-bestaat": {
    status: 409,
    titel: "Deze versie van het protocol bestaat al, met een andere inhoud.",
    herstel: "Een ondertekend protocol verandert niet meer: geef het bestand een hogere versie.",
  },
  "versie-te-laag": {
    status: 409,
    titel: "Er is al een nieuwere versie van dit protocol.",
    herstel: "Geef het bestand een hogere versie dan de laatste.",
  },
  "toepassing-onbekend": {
    status: 409,
    titel: "De toepassing van dit protocol bestaat nog niet in LeerID. Er is niets ingevoerd.",
    herstel:
      "Voer eerst de toepassing in, met  leerid import toepassing BESTAND, en dan dit protocol. Of kijk in het bestand het veld toepassing na.",
  },
  "toepassing-van-ander": {
    status: 409,
    titel: "Dit protocol hoort bij een andere toepassing.",
    herstel: "Kijk in het bestand het veld toepassing na, of geef het protocol een andere naam.",
  },
});

/**
 * `leerid import protocol`: stores a version of an agreement; the same file again changes nothing. `changes`: beside the version before.
 * @throws Problem `bestand-ongeldig`, `versie-bestaat`, `versie-te-laag`, `toepassing-onbekend`, `toepassing-van-ander`
 */
export function importProtocol(
  ctx: Context,
  inhoud: string,
): Promise<{ bestand: ProtocolFile; nieuw: boolean; changes: readonly Change[] }> {
  const bestand = readFile(inhoud, protocolBestand);
  const vast = JSON.stringify(bestand);
  return inTransaction(ctx, async (tx) => {
    await tx.sql`select pg_advisory_xact_lock(7121, hashtext(${bestand.protocol}))`;
    const bestaand = await findContent(tx, bestand.protocol, bestand.versie);
    if (bestaand === vast) return { bestand, nieuw: false, changes: [] };
    if (bestaand !== undefined) throw new Problem(protocolProblemen["versie-bestaat"]);
    const last = await findLatestVersion(tx, bestand.protocol);
    if (last && last.toepassing !== bestand.toepassing)
      throw new Problem(protocolProblemen["toepassing-van-ander"]);
    if (!(await hasToepassing(tx, bestand.toepassing)))
      throw new Problem(
        protocolProblemen["toepassing-onbekend"],
        `toepassing: ${bestand.toepassing} is niet ingevoerd.`,
      );
    if (last && last.versie > bestand.versie) throw new Problem(protocolProblemen["versie-te-laag"]);
    await insertProtocol(tx, bestand, vast);
    const before: Standing = last ? standingOf(JSON.parse(last.inhoud) as ProtocolFile) : new Map();
    return { bestand, nieuw: true, changes: changesBetween(before, standingOf(bestand)) };
  });
}

/** The agreements in force on a day, by application: for pages that tell a school what a provider gets and why. */
export async function listInForce(ctx: Context, op: Datum): Promise<Map<string, ProtocolFile>> {
  const rows = await listContentInForce(ctx, op);
  return new Map(
    rows.flatMap(({ toepassing, inhoud }) => {
      const gelezen = protocolBestand.safeParse(JSON.parse(inhoud));
      return gelezen.success ? [[toepassing, gelezen.data] as const] : [];
    }),
  );
}
