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
export async function hashFile(path: string): Promise<Buffer> {
  const digest = createHash("sha256");
  await openLines(path, async (stream) => {
    for await (const part of stream) digest.update(part as Buffer);
  });
  return digest.digest();
}

/**
 * Looks whether this can be a file with messages, before anything is opened or begun for it: it is there, may be read, is no folder, and
 * begins like gzip when its name says so.
 * @throws Problem `bestand-onleesbaar`
 */
export async function checkFile(path: string): Promise<void> {
  const begin: Buffer[] = [];
  await openLines(path, async (stream) => {
    for await (const part of stream) {
      begin.push(part as Buffer);
      break;
    }
  });
  const gzip = Buffer.concat(begin)
    .subarray(0, 2)
    .equals(Buffer.from([0x1f, 0x8b]));
  if (path.endsWith(".gz") && !gzip) throw unreadable(Object.assign(new Error(), { code: "Z_DATA_ERROR" }));
}

/** The first group: the database has work at once, and what comes next is read while it is busy. */
const eersteGroep = 1000;

/**
 * The lines of a file, `.gz` or not, in groups that grow to `aantal`, with the number of the first one (from 1). Never holds more
 * than one group and one megabyte of the file. Bytes that are no UTF-8 become U+FFFD, which no message may hold.
 */
export async function* regelGroepen(
  path: string,
  aantal: number,
): AsyncGenerator<{ readonly eerste: number; readonly regels: readonly string[] }> {
  const raw = createReadStream(path, { highWaterMark: 1 << 20 });
  const stream = path.endsWith(".gz") ? raw.pipe(createGunzip({ chunkSize: 1 << 20 })) : raw;
  if (stream !== raw) raw.once("error", (error) => stream.destroy(error));
  let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  let groep: string[] = [];
  let eerste = 1;
  let nu = Math.min(eersteGroep, aantal);
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      const einde = part.lastIndexOf(newline);
      if (einde < 0) {
        if (rest.length < hoogstensBytes) rest = Buffer.concat([rest, part]);
        continue;
      }
      const begin = part.indexOf(newline);
      groep.push(Buffer.concat([rest, part.subarray(0, begin)]).toString("utf8"));
      if (einde > begin)
        for (const regel of part.toString("utf8", begin + 1, einde).split("\n")) groep.push(regel);
      rest = Buffer.from(part.subarray(einde + 1));
      while (groep.length >= nu) {
        yield { eerste, regels: groep.slice(0, nu) };
        eerste += nu;
        groep = groep.slice(nu);
        nu = Math.min(2 * nu, aantal);
      }
    }
  } catch (error) {
    throw unreadable(error);
  } finally {
    raw.destroy();
    stream.destroy();
  }
  if (rest.length > 0) groep.push(rest.toString("utf8"));
  if (groep.length > 0) yield { eerste, regels: groep };
}

async function openLines(
  path: string,
  work: (stream: AsyncIterable<unknown>) => Promise<void>,
): Promise<void> {
  const stream = createReadStream(path, { highWaterMark: 1 << 20 });
  try {
    await work(stream);
  } catch (error) {
    throw unreadable(error);
  } finally {
    stream.destroy();
  }
}

function unreadable(error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  const vanBestand = typeof code === "string" && /^(Z_|E[A-Z]+$|ERR_STREAM_PREMATURE_CLOSE)/.test(code);
  return vanBestand ? new Problem(bestandProblemen["bestand-onleesbaar"], `Oorzaak: ${code}.`) : error;
}
