/** An adult as ACM told of him at sign-in (D8). */
export type Medewerker = {
  readonly voId: string;
  readonly naam: string;
  readonly voornaam: string;
  /** `vo_doelgroepcode`: school (OV), government (GID), company (EA); empty when the upstream says nothing. */
  readonly doelgroepcode: string;
  /** `vo_orgcode`: where the upstream says he works; for a school its instellingsnummers. */
  readonly orgcodes: readonly string[];
  /** `leerid_rol_3d` (D8): role and organisation, `LeerIDBeheerder:999001`. */
  readonly rollen: readonly string[];
};

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
    doelgroepcode: tekst(claims["vo_doelgroepcode"]),
    orgcodes: lijst(claims["vo_orgcode"]),
    rollen: lijst(claims["leerid_rol_3d"]),
  };
}
