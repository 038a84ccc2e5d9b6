import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  randomUUID,
  type KeyObject,
} from "node:crypto";

export { findKeyFault } from "./main-key.ts";

/** What one evaluation of argon2id costs: KiB of memory, passes over it, lanes. */
export type Argon2Cost = {
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
};

/** Cost of argon2id (D7): 19 MiB, 2 passes, 1 lane. Raising these re-hashes each password at its next sign-in. */
const argon2Cost: Argon2Cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Keys by purpose, all derived from one main key that never enters the database (D2, D7, D11). */
export type Keys = {
  /** AES-256-GCM for INSZ. */ readonly insz: KeyObject;
  /** HMAC-SHA-256 to find an INSZ. */ readonly inszHash: KeyObject;
  /** Secret in the content hashes of the Discimus feed. */ readonly inhoud: string;
  /** argon2 secret. */ readonly peper: Buffer;
  /**
   * What hashing with it costs. No setting of the product: `deriveKeys` gives the one cost of D7, and only a test puts another
   * beside its keys, so that what is about something else does not pay for it.
   */
  readonly argon2: Argon2Cost;
  /** Name of the pepper, stored beside each hash. */ readonly peperId: string;
  /** HMAC of typed usernames in the list of failed attempts. */ readonly naamHash: KeyObject;
  /** HMAC of codes of badges and of the five-minute window. */ readonly codes: KeyObject;
  /** AES-256-GCM for what a print batch puts on paper. */ readonly uitreiking: KeyObject;
  /** AES-256-GCM for client secrets, signing keys and quarantined messages. */ readonly geheimen: KeyObject;
  /** AES-256-GCM for files with class information. */ readonly klasbestand: KeyObject;
  /** HMAC of such a file: is it the same one. */ readonly klasbestandHash: KeyObject;
  /** AES-256-GCM for sealed cookies. */ readonly cookies: KeyObject;
  /** Signature of cookies that carry an id only. */ readonly cookieTeken: string;
  /** HMAC of the privacy log's seals. */ readonly zegel: KeyObject;
  /** HMAC of the check value by which a database knows its main key. */ readonly proef: KeyObject;
};

/** Derives all keys from the main key (32 bytes or more) with HKDF-SHA-256 and one label each. */
export function deriveKeys(hoofdsleutel: Uint8Array): Keys {
  const derive = (label: string) => Buffer.from(hkdfSync("sha256", hoofdsleutel, "leerid", label, 32));
  const key = (label: string) => createSecretKey(derive(label));
  return {
    insz: key("insz"),
    inszHash: key("insz-hash"),
    inhoud: derive("inhoud").toString("base64url"),
    peper: derive("peper"),
    argon2: argon2Cost,
    peperId: createHash("sha256").update(derive("peper-id")).digest("base64url").slice(0, 8),
    naamHash: key("naam-hash"),
    codes: key("codes"),
    uitreiking: key("uitreiking"),
    geheimen: key("geheimen"),
    klasbestand: key("klasbestand"),
    klasbestandHash: key("klasbestand-hash"),
    cookies: key("cookies"),
    cookieTeken: derive("cookie-teken").toString("base64url"),
    zegel: key("zegel"),
    proef: key("proef"),
  };
}

/**
 * Encrypts with AES-256-GCM: 12 bytes nonce, ciphertext, 16 bytes tag.
 * `binding` is authenticated with it: what is sealed for one place does not open in another.
 */
export function seal(key: KeyObject, plain: Uint8Array | string, binding = ""): Buffer {
  const nonce = newNonce();
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  if (binding) cipher.setAAD(Buffer.from(binding));
  const body = typeof plain === "string" ? cipher.update(plain, "utf8") : cipher.update(plain);
  return Buffer.concat([nonce, body, cipher.final(), cipher.getAuthTag()]);
}

// 96 random bits: the parts of a random UUID that hold neither version nor variant. Node draws these from a cache of random
// bytes; a draw of our own (randomBytes) takes 5 to 10 µs, more than the encryption.
function newNonce(): Buffer {
  const uuid = randomUUID();
  return Buffer.from(uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(24), "hex");
}

/** Opens what `seal` made; undefined when it was changed, made with another key or for another place. */
export function unseal(key: KeyObject, sealed: Uint8Array, binding = ""): Buffer | undefined {
  if (sealed.length < 28) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
    if (binding) decipher.setAAD(Buffer.from(binding));
    decipher.setAuthTag(sealed.subarray(sealed.length - 16));
    return Buffer.concat([decipher.update(sealed.subarray(12, sealed.length - 16)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** HMAC-SHA-256, 32 bytes. */
export const keyedHash = (key: KeyObject, data: string | Uint8Array): Buffer =>
  createHmac("sha256", key).update(data).digest();

/** SHA-256, 32 bytes; for random tokens, which need no key. */
export const hash = (data: string | Uint8Array): Buffer => createHash("sha256").update(data).digest();

/** Random bytes as base64url; 32 bytes unless told. */
export const randomToken = (bytes = 32): string => randomBytes(bytes).toString("base64url");
