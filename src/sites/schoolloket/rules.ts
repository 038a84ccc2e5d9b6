import type { Medewerker } from "./store.ts";

const tekst = (waarde: unknown): string => (typeof waarde === "string" ? waarde : "");
const lijst = (waarde: unknown): string[] =>
  Array.isArray(waarde) ? waarde.filter((deel): deel is string => typeof deel === "string") : [];

/**
 * Who signed in, from the claims of ACM (D8).
 * @throws when there is no vo_id: then nobody can be held to what is done
 */
export function medewerkerVan(claims: Readonly<Record<string, unknown>>): Medewerker {
  const voId = tekst(claims["vo_id"]);
  if (voId === "") throw new Error("ID token without vo_id");
  return {
    voId,
    naam: tekst(claims["family_name"]),
    voornaam: tekst(claims["given_name"]),
    orgcodes: lijst(claims["vo_orgcode"]),
    rollen: lijst(claims["leerid_rol_3d"]),
  };
}
