import type { Doelgroep } from "#modules/toepassingen";
import type { Acm } from "./contract.ts";
import { medewerkerId, subOfMedewerker, type Medewerker } from "./medewerker.ts";
import type { Sessie, Wie } from "./unit-of-work.ts";

/** The account id by which the OpenID library knows who signed in. */
export const accountIdOf = (wie: Wie): string => wie.accountUuid ?? medewerkerId(wie.medewerker);

/**
 * Is somebody with this session signed in for this application? Only with the key of its kind; and an adult only while that key
 * still counts, by the levels of assurance that are asked today.
 */
export function countsFor(acm: Acm, sessie: Sessie, clientId: string): boolean {
  if (doelgroepOf(acm, clientId) === "leerlingen") return sessie.medewerker === null;
  return sessie.medewerker !== null && acm.sleutel?.acr.includes(sessie.inhoud.acr ?? "") === true;
}

/** Who an adult is for this application; undefined when it does not serve adults: the whole decision of D8. */
export function subForMedewerker(acm: Acm, clientId: string, medewerker: Medewerker): string | undefined {
  const toepassing = acm.clients().get(clientId)?.toepassing;
  if (!toepassing || doelgroepOf(acm, clientId) !== "medewerkers") return undefined;
  return subOfMedewerker(acm.ctx.keys, toepassing.toepassing, medewerker);
}

/** Whom the client with this id serves; a client that nobody knows serves pupils, and will be refused for another reason. */
export const doelgroepOf = (acm: Acm, clientId: string): Doelgroep =>
  acm.clients().get(clientId)?.doelgroep ?? "leerlingen";
