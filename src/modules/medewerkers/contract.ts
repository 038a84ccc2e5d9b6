import { keyedHash, type Keys } from "#platform/crypto";

/** An adult as the upstream provider tells of him (D8); with the spelling of a row of `acm.sessie`. */
export type Medewerker = {
  readonly voId: string;
  readonly naam: string;
  readonly voornaam: string;
  /** `vo_doelgroepcode`: school, government, company. */
  readonly doelgroepcode: string | null;
  /** `vo_orgcode`: for a school its instellingsnummers. */
  readonly orgcodes: readonly string[];
  /** `leerid_rol_3d`: role and organisation, `LeerIDBeheerder:999001`. */
  readonly rollen: readonly string[];
};

/** The claims of an adult, by scope. None of them is a claim of a pupil, but for the two names. */
export const medewerkerClaims = {
  profile: ["family_name", "given_name"],
  vo: ["vo_id", "vo_doelgroepcode", "vo_orgcode", "leerid_rol_3d"],
} as const;

/**
 * An adult from the claims of the upstream provider. A single value counts as a list of one; what has another form, or is
 * endless, is not taken. Undefined without `vo_id`: then nobody can be told apart.
 */
export function medewerkerOf(claims: Readonly<Record<string, unknown>>): Medewerker | undefined {
  const voId = text(claims["vo_id"]);
  if (voId === undefined) return undefined;
  return {
    voId,
    naam: text(claims["family_name"]) ?? "",
    voornaam: text(claims["given_name"]) ?? "",
    doelgroepcode: text(claims["vo_doelgroepcode"]) ?? null,
    orgcodes: list(claims["vo_orgcode"]),
    rollen: list(claims["leerid_rol_3d"]),
  };
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" && value.length <= 200 ? value.trim() : undefined;

const list = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value])
    .map(text)
    .filter((one) => one !== undefined)
    .slice(0, 500);

/** From a row; null stays null. */
export const readMedewerker = (json: string | null): Medewerker | null =>
  json === null ? null : (JSON.parse(json) as Medewerker);

/** What an application is told of an adult: its scopes decide. */
export function claimsOf(medewerker: Medewerker, scopes: ReadonlySet<string>): Record<string, unknown> {
  return {
    ...(scopes.has("profile") && { family_name: medewerker.naam, given_name: medewerker.voornaam }),
    ...(scopes.has("vo") && {
      vo_id: medewerker.voId,
      ...(medewerker.doelgroepcode !== null && { vo_doelgroepcode: medewerker.doelgroepcode }),
      vo_orgcode: medewerker.orgcodes,
      leerid_rol_3d: medewerker.rollen,
    }),
  };
}

/** The OpenID `sub` of an adult for one application: a pseudonym, the same every time, another one elsewhere. */
export const subOfMedewerker = (keys: Keys, toepassing: string, { voId }: Medewerker): string =>
  keyedHash(keys.naamHash, `sub\0medewerker\0${toepassing}\0${voId}`).toString("base64url");
