import { createHash } from "node:crypto";
import type { Acm, Sessie, Wie } from "./contract.ts";
import { subOfMedewerker, type Medewerker } from "#modules/medewerkers";
import type { WebClient } from "./web-client.ts";

/**
 * Is somebody with this session signed in for this application? Only with the key of its kind; and an adult only while that key
 * still counts, by the levels of assurance that are asked today.
 */
export function countsFor(acm: Acm, sessie: Sessie, { doelgroep }: WebClient): boolean {
  if (doelgroep === "leerlingen") return sessie.medewerker === null;
  return sessie.medewerker !== null && acm.sleutel?.acr.includes(sessie.acr) === true;
}

/** Who an adult is for this application; undefined when it does not serve adults: the whole decision of D8. */
export const subForMedewerker = (
  acm: Acm,
  client: WebClient | undefined,
  medewerker: Medewerker,
): string | undefined =>
  client?.slug !== undefined && client.doelgroep === "medewerkers"
    ? subOfMedewerker(acm.ctx.keys, client.slug, medewerker)
    : undefined;

/** Is it the same person? */
export const isSame = (a: Wie, b: Wie): boolean =>
  a.medewerker && b.medewerker ? a.medewerker.voId === b.medewerker.voId : a.accountUuid === b.accountUuid;

/** The `sid` of a session as one client knows it: the same every time, and telling nothing to another client. */
export const sidOf = (sessieUid: string, clientId: string): string =>
  createHash("sha256").update(`sid\0${sessieUid}\0${clientId}`).digest("base64url").slice(0, 22);

/** Whose session it is. */
export const wieOf = ({ accountUuid, medewerker }: Sessie): Wie =>
  accountUuid === null ? { accountUuid, medewerker } : { accountUuid, medewerker: null };
