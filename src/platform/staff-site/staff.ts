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

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const stringList = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((part): part is string => typeof part === "string") : [];

/**
 * Who signed in, from the claims of ACM (D8).
 * @throws when there is no vo_id: then nobody can be held to what is done
 */
export function medewerkerOf(claims: Readonly<Record<string, unknown>>): Medewerker {
  const voId = textOf(claims["vo_id"]);
  if (voId === "") throw new Error("ID token without vo_id");
  return {
    voId,
    naam: textOf(claims["family_name"]),
    voornaam: textOf(claims["given_name"]),
    doelgroepcode: textOf(claims["vo_doelgroepcode"]),
    orgcodes: stringList(claims["vo_orgcode"]),
    rollen: stringList(claims["leerid_rol_3d"]),
  };
}
