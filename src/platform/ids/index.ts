import { randomUUID } from "node:crypto";

/** Branded ids: swapping two of them does not compile. */
export type AccountUuid = string & { readonly __account: unique symbol };
export type LeerIdUuid = string & { readonly __leerId: unique symbol };
export type Instellingsnummer = string & { readonly __instelling: unique symbol };

/** Mints an `account_uuid` (R36): random, so that it tells nothing of the pupil or the moment. */
export const newAccountUuid = (): AccountUuid => randomUUID() as AccountUuid;
/** Mints a `leer_id_uuid` (R35). */
export const newLeerIdUuid = (): LeerIdUuid => randomUUID() as LeerIdUuid;

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** True for a lower-case UUID in its usual form. */
export const isUuid = (text: string): boolean => uuidForm.test(text);

/** True for six digits (R2). */
export const isInstellingsnummer = (text: string): text is Instellingsnummer => /^\d{6}$/.test(text);

const letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/** A reference number that a child can read out: `K4T-9QX-2B`, 40 bits, no look-alike letters. */
export function newReferentie(randomBytes: (n: number) => Uint8Array): string {
  const teken = [...randomBytes(8)].map((byte) => letters[byte % letters.length] ?? "2").join("");
  return `${teken.slice(0, 3)}-${teken.slice(3, 6)}-${teken.slice(6)}`;
}

/**
 * A reference number as somebody typed it over: spaces, dots, hyphens and small letters do not matter.
 * Undefined when it cannot be one: too long or short, or with a character that no number has (0, O, 1, I, L).
 */
export function readReferentie(getypt: string): string | undefined {
  const teken = getypt
    .normalize("NFKC")
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, "");
  if (teken.length !== 8 || [...teken].some((one) => !letters.includes(one))) return undefined;
  return `${teken.slice(0, 3)}-${teken.slice(3, 6)}-${teken.slice(6)}`;
}
