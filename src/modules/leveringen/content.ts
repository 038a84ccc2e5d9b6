import { isUtf8 } from "node:buffer";
import { gunzip } from "node:zlib";
import { keyedHash, type Keys } from "#platform/crypto";
import { readRows, type ReadResult } from "./csv.ts";
import type { Bestandreden } from "./problems.ts";

/** How large a file may be as sent, and unpacked (D9). */
export const hoogstensBytes = 2_000_000;
const hoogstensUitgepakt = 20_000_000;
// Larger than any real list. The hash of a larger one is that of the file as sent: nothing of 20 MB is unpacked while a sender waits.
const hoogstensVoorHash = 4_000_000;

/** Unpacks a file that is packed with gzip; a reason when it is no whole gzip file or too large. Never more memory than the limit. */
function unpack(inhoud: Buffer, hoogstens: number): Promise<Buffer | Bestandreden> {
  return new Promise((resolve) => {
    // `info` is not in the types: how many bytes it read, to see what stands behind the end.
    const options = { maxOutputLength: hoogstens, info: true } as { maxOutputLength: number };
    gunzip(inhoud, options, (error, uit) => {
      if (error)
        resolve(
          (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
            ? "te-groot-uitgepakt"
            : "uitpakken",
        );
      else {
        const { buffer, engine } = uit as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
        resolve(engine.bytesWritten === inhoud.length ? buffer : "uitpakken");
      }
    });
  });
}

/** The keyed hash of what stands in a file, packed or not: tells whether two of them say the same. */
export async function hashOf(keys: Keys, inhoud: Buffer, gz: boolean): Promise<Buffer> {
  const uit = gz ? await unpack(inhoud, hoogstensVoorHash) : inhoud;
  return keyedHash(keys.klasbestandHash, typeof uit === "string" ? inhoud : uit);
}

/** Reads the rows of a file as it was sent, or says why it cannot be read as a whole. */
export async function readContent(inhoud: Buffer, gz: boolean): Promise<ReadResult> {
  const uit = gz ? await unpack(inhoud, hoogstensUitgepakt) : inhoud;
  if (typeof uit === "string") return { fout: uit };
  if (!isUtf8(uit)) return { fout: "codering" };
  return readRows(uit.toString("utf8"));
}
