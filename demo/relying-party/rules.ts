/** What LeerID told at the sign-in, without the technical claims of the protocol. */
export type Claims = Readonly<Record<string, unknown>>;

/** What the publisher keeps of one pupil. */
export type Account = {
  readonly account_uuid: string;
  /** Only what came with the last sign-in (R44). */
  readonly laatst: Claims;
  /** Moment of the last sign-in, milliseconds since 1970. */
  readonly aangemeld_op: number;
  /** Exercises that were right. */
  readonly punten: number;
};
export type Accounts = Readonly<Record<string, Account>>;

/** The claims of LeerID, one per attribute of an agreement, in words. The rest of a token belongs to the protocol. */
export const claimUitleg = {
  given_name: "Voornaam",
  family_name: "Naam",
  preferred_username: "Gebruikersnaam",
  leer_id_uuid: "Leerlingnummer bij LeerID",
  account_uuid: "Accountnummer bij LeerID",
  historiek_account_uuid: "Vroegere accountnummers",
  instellingsnummer: "Nummer van de school",
  klasinformatie: "Klas",
} as const;

/** A part of the claim `klasinformatie` (D4) in words. */
export function formatKlas(part: unknown): string {
  const { klas, subklas, instellingsnummer } = (part ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof klas !== "string" || typeof instellingsnummer !== "string") return JSON.stringify(part);
  return `${klas}${typeof subklas === "string" ? `, groep ${subklas}` : ""} (school ${instellingsnummer})`;
}

/** Leaves only the claims that stand for attributes. */
export function attribuutClaims(bron: Claims): Claims {
  return Object.fromEntries(
    Object.keys(claimUitleg).flatMap((naam) => (naam in bron ? [[naam, bron[naam]]] : [])),
  );
}

const stringList = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((part) => typeof part === "string") : [];

/** Is one of the pupil's schools a customer (R30)? */
export function isCustomer(claims: Claims, klanten: readonly string[]): boolean {
  return stringList(claims["instellingsnummer"]).some((nummer) => klanten.includes(nummer));
}

/**
 * A sign-in: the data of this moment replace the former (R44), and the exercises of every earlier account of the same
 * pupil come along (R38). `meegekomen` says how many accounts were merged.
 */
export function takeOver(
  accounts: Accounts,
  claims: Claims,
  nu: number,
): { readonly accounts: Accounts; readonly account: Account; readonly meegekomen: number } {
  const uuid = claims["account_uuid"];
  if (typeof uuid !== "string") throw new TypeError("LeerID gave no account_uuid");
  const vroeger = stringList(claims["historiek_account_uuid"]).flatMap((oud) =>
    oud === uuid ? [] : (accounts[oud] ?? []),
  );
  const weg = new Set(vroeger.map((oud) => oud.account_uuid));
  const punten = [accounts[uuid], ...vroeger].reduce((som, part) => som + (part?.punten ?? 0), 0);
  const account = { account_uuid: uuid, laatst: claims, aangemeld_op: nu, punten };
  const over = Object.entries(accounts).filter(([sleutel]) => !weg.has(sleutel));
  return { accounts: { ...Object.fromEntries(over), [uuid]: account }, account, meegekomen: vroeger.length };
}

export const bewaarjaren = 3;

/** Removes who has not signed in for three years (R75). */
export function eraseExpired(
  accounts: Accounts,
  nu: number,
): { readonly accounts: Accounts; readonly gewist: number } {
  const blijft = Object.entries(accounts).filter(([, account]) => {
    const einde = new Date(account.aangemeld_op);
    einde.setUTCFullYear(einde.getUTCFullYear() + bewaarjaren);
    return nu <= einde.getTime();
  });
  return { accounts: Object.fromEntries(blijft), gewist: Object.keys(accounts).length - blijft.length };
}

export type Exercise = { readonly vraag: string; readonly antwoord: number };

/** The next exercise: follows from how many were right before. */
export function exercise(soort: "plus" | "maal", punten: number): Exercise {
  const links = ((punten * 7 + 3) % 9) + 2;
  const rechts = ((punten * 5 + 4) % 8) + 2;
  return soort === "plus"
    ? { vraag: `${links * 4} + ${rechts}`, antwoord: links * 4 + rechts }
    : { vraag: `${links} × ${rechts}`, antwoord: links * rechts };
}
