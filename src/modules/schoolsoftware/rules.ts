import type { Datum } from "#platform/clock";
import { hash } from "#platform/crypto";
import { daysOfSchooljaar, schooljaarOn, shiftSchooljaar } from "#platform/schooljaar";

/** A public key as OpenSSH writes it, without its comment, and its fingerprint `SHA256:…` as every tool shows it. */
export type Sleutel = { readonly publiekeSleutel: string; readonly vingerafdruk: string };

const punten: Readonly<Record<string, number>> = {
  "ecdsa-sha2-nistp256": 65,
  "ecdsa-sha2-nistp384": 97,
  "ecdsa-sha2-nistp521": 133,
};
const kleinsteRsa = 3072;

/** The fingerprint of a key from the bytes that travel (RFC 4253 section 6.6). */
export const fingerprintOf = (bytes: Uint8Array): string =>
  `SHA256:${hash(bytes).toString("base64").replace(/=+$/, "")}`;

/**
 * Reads a line of a `.pub` file (RFC 4253 section 6.6, RFC 5656, RFC 8709). What is wrong comes back as a sentence, to be shown
 * beside the field.
 */
export function readSleutel(regel: string): Sleutel | string {
  const [soort = "", base64 = ""] = regel.trim().split(/[ \t]+/);
  if (/PRIVATE KEY/.test(regel)) return "dit is een geheime sleutel; geef de publieke (.pub)";
  if (/[\r\n]/.test(regel.trim())) return "meer dan één regel; geef elke sleutel apart";
  if (soort !== "ssh-ed25519" && soort !== "ssh-rsa" && punten[soort] === undefined)
    return "begint niet met ssh-ed25519, ecdsa-sha2-nistp256/384/521 of ssh-rsa";
  const bytes = Buffer.from(base64, "base64");
  if (bytes.toString("base64") !== base64) return "is geen volledige sleutel";
  const delen = readParts(bytes);
  if (!delen || delen[0]?.toString("latin1") !== soort) return "is geen volledige sleutel";
  if (soort === "ssh-rsa") {
    const [, , modulus] = delen;
    if (delen.length !== 3 || !modulus) return "is geen volledige sleutel";
    const hex = modulus.toString("hex").replace(/^0+/, "");
    if (hex.length * 4 < kleinsteRsa) return `is een RSA-sleutel met minder dan ${kleinsteRsa} bits`;
  } else if (soort === "ssh-ed25519") {
    if (delen.length !== 2 || delen[1]?.length !== 32) return "is geen volledige sleutel";
  } else {
    const [, , punt] = delen;
    if (delen.length !== 3 || punt?.length !== punten[soort] || punt?.[0] !== 4)
      return "is geen volledige sleutel";
  }
  return { publiekeSleutel: `${soort} ${base64}`, vingerafdruk: fingerprintOf(bytes) };
}

/** The length-prefixed parts of a key; undefined when they do not fit. */
function readParts(bytes: Buffer): Buffer[] | undefined {
  const delen: Buffer[] = [];
  for (let plaats = 0; plaats < bytes.length;) {
    if (plaats + 4 > bytes.length) return undefined;
    const einde = plaats + 4 + bytes.readUInt32BE(plaats);
    if (einde > bytes.length) return undefined;
    delen.push(bytes.subarray(plaats + 4, einde));
    plaats = einde;
  }
  return delen;
}

/**
 * First and last day of a school year of which a package may ask the pupils: the current one or the next, to prepare it. Undefined
 * for any other: nobody needs the pupils of years ago.
 */
export function schooljaarOf(schooljaar: string, vandaag: Datum): { van: Datum; tot: Datum } | undefined {
  const nu = schooljaarOn(vandaag);
  return schooljaar === nu || schooljaar === shiftSchooljaar(nu, 1)
    ? daysOfSchooljaar(schooljaar)
    : undefined;
}
