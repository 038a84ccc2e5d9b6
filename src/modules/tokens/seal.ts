import { createHash, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { seal, unseal } from "#platform/crypto";
import type { Ondertekensleutel } from "./contract.ts";

/** Seals a text for one place, and opens it there; a node that reads the keys of the ring can open what another one sealed. */
export type Sealer = {
  /** AES-256-GCM, as base64url. `place` is authenticated with it. */
  seal(text: string, place: string): string;
  /** Undefined when it was changed, sealed for another place, or with a key that has left the ring. */
  unseal(sealed: string, place: string): string | undefined;
};

type SealKey = { readonly id: Buffer; readonly key: KeyObject };

/**
 * What is sealed turns over with the keys that sign: each sealing key is derived from the private part of a signing key, so one rotation
 * renews both, and a key that leaves the ring opens nothing any more.
 */
export function makeSealer(sleutels: readonly Ondertekensleutel[]): Sealer {
  const keys = sleutels.flatMap(({ alg, kid, prive, status }): (SealKey & { actief: boolean })[] =>
    alg === "ES256" && prive.d !== undefined
      ? [
          {
            id: createHash("sha256").update(kid).digest().subarray(0, 4),
            key: createSecretKey(Buffer.from(hkdfSync("sha256", prive.d, kid, "leerid zegel acm", 32))),
            actief: status === "actief",
          },
        ]
      : [],
  );
  const actief = keys.find((one) => one.actief);
  return {
    seal(text, place) {
      if (!actief) throw new Error("there is no key to seal with");
      return Buffer.concat([actief.id, seal(actief.key, text, place)]).toString("base64url");
    },
    unseal(sealed, place) {
      const bytes = Buffer.from(sealed, "base64url");
      const found = keys.find(({ id }) => id.equals(bytes.subarray(0, 4)));
      // One spelling per seal: what base64url reads leniently would count as another one.
      if (!found || bytes.toString("base64url") !== sealed) return undefined;
      return unseal(found.key, bytes.subarray(4), place)?.toString("utf8");
    },
  };
}
