import ssh2, { type AuthContext } from "ssh2";
import type { Context } from "#platform/context";
import { findPakketOfSleutel, fingerprintOf } from "#modules/schoolsoftware";
import type { Wie } from "./files.ts";

const enige: ["publickey"] = ["publickey"];

/** The package that has this key and this name, if it may deliver. */
export async function findWie(ctx: Context, gebruiker: string, vingerafdruk: string) {
  const pakket = await findPakketOfSleutel(ctx, vingerafdruk);
  return pakket?.pakket === gebruiker && pakket.levertKlasinformatie ? pakket : undefined;
}

/**
 * One attempt to sign in: a public key of the package that the user name says, and nothing else. A client first asks whether a key
 * would do (no signature), then proves that it has the private part.
 * @returns who it is, with the key's fingerprint, once proven
 */
export async function signIn(
  ctx: Context,
  poging: AuthContext,
): Promise<(Wie & { readonly vingerafdruk: string }) | undefined> {
  if (poging.method !== "publickey") return void poging.reject(enige);
  const { key, signature, blob, hashAlgo, username } = poging;
  // RSA with SHA-1 (`ssh-rsa`) is not proof of anything any more.
  if (key.algo === "ssh-rsa" && hashAlgo !== "sha256" && hashAlgo !== "sha512")
    return void poging.reject(enige);
  const vingerafdruk = fingerprintOf(key.data);
  const pakket = await findWie(ctx, username, vingerafdruk);
  if (!pakket) return void poging.reject(enige);
  if (!signature || !blob) return void poging.accept();
  const sleutel = ssh2.utils.parseKey(pakket.publiekeSleutel);
  if (
    sleutel instanceof Error ||
    sleutel.type !== key.algo ||
    sleutel.verify(blob, signature, hashAlgo) !== true
  )
    return void poging.reject(enige);
  poging.accept();
  return { pakket: pakket.pakket, naam: pakket.naam, vingerafdruk };
}
