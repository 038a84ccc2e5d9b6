import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { Problem } from "#platform/problem";
import { langsteRegel } from "./contract.ts";
import { bestandProblemen } from "./problems.ts";

const newline = 0x0a;
/** So many bytes hold more than the longest line in any case: the rest of a longer one is not kept. */
const hoogstensBytes = langsteRegel * 4 + 4;

/** SHA-256 of a file as it is on disk: 1.3 GB/s. Only the whole content tells that a file is the one that was being read before. */
export async function bestandHash(pad: string): Promise<Buffer> {
  const digest = createHash("sha256");
  await lees(pad, async (stream) => {
    for await (const deel of stream) digest.update(deel as Buffer);
  });
  return digest.digest();
}

/**
 * Looks whether this can be a file with messages, before anything is opened or begun for it: it is there, may be read, is no folder, and
 * begins like gzip when its name says so.
 * @throws Problem `bestand-onleesbaar`
 */
export async function checkFile(pad: string): Promise<void> {
  const begin: Buffer[] = [];
  await lees(pad, async (stream) => {
    for await (const deel of stream) {
      begin.push(deel as Buffer);
      break;
    }
  });
  const gzip = Buffer.concat(begin)
    .subarray(0, 2)
    .equals(Buffer.from([0x1f, 0x8b]));
  if (pad.endsWith(".gz") && !gzip) throw onleesbaar(Object.assign(new Error(), { code: "Z_DATA_ERROR" }));
}

/** The first group: the database has work at once, and what comes next is read while it is busy. */
const eersteGroep = 1000;

/**
 * The lines of a file, `.gz` or not, in groups that grow to `aantal`, with the number of the first one (from 1). Never holds more
 * than one group and one megabyte of the file. Bytes that are no UTF-8 become U+FFFD, which no message may hold.
 */
export async function* regelGroepen(
  pad: string,
  aantal: number,
): AsyncGenerator<{ readonly eerste: number; readonly regels: readonly string[] }> {
  const raw = createReadStream(pad, { highWaterMark: 1 << 20 });
  const stream = pad.endsWith(".gz") ? raw.pipe(createGunzip({ chunkSize: 1 << 20 })) : raw;
  if (stream !== raw) raw.once("error", (error) => stream.destroy(error));
  let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  let groep: string[] = [];
  let eerste = 1;
  let nu = Math.min(eersteGroep, aantal);
  try {
    for await (const deel of stream as AsyncIterable<Buffer>) {
      const einde = deel.lastIndexOf(newline);
      if (einde < 0) {
        if (rest.length < hoogstensBytes) rest = Buffer.concat([rest, deel]);
        continue;
      }
      const begin = deel.indexOf(newline);
      groep.push(Buffer.concat([rest, deel.subarray(0, begin)]).toString("utf8"));
      if (einde > begin)
        for (const regel of deel.toString("utf8", begin + 1, einde).split("\n")) groep.push(regel);
      rest = Buffer.from(deel.subarray(einde + 1));
      while (groep.length >= nu) {
        yield { eerste, regels: groep.slice(0, nu) };
        eerste += nu;
        groep = groep.slice(nu);
        nu = Math.min(2 * nu, aantal);
      }
    }
  } catch (error) {
    throw onleesbaar(error);
  } finally {
    raw.destroy();
    stream.destroy();
  }
  if (rest.length > 0) groep.push(rest.toString("utf8"));
  if (groep.length > 0) yield { eerste, regels: groep };
}

async function lees(pad: string, work: (stream: AsyncIterable<unknown>) => Promise<void>): Promise<void> {
  const stream = createReadStream(pad, { highWaterMark: 1 << 20 });
  try {
    await work(stream);
  } catch (error) {
    throw onleesbaar(error);
  } finally {
    stream.destroy();
  }
}

function onleesbaar(error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  const vanBestand = typeof code === "string" && /^(Z_|E[A-Z]+$|ERR_STREAM_PREMATURE_CLOSE)/.test(code);
  return vanBestand ? new Problem(bestandProblemen["bestand-onleesbaar"], `Oorzaak: ${code}.`) : error;
}
