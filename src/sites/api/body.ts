import { createInterface } from "node:readline";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Context as HonoContext } from "hono";
import { algemeen, Problem } from "#platform/problem";

const hoogstensBytes = 20_000_000;
const hoogstensRegels = 20_000;

/**
 * Reads the lines of an NDJSON body, gzip or not, and counts before anything is done with them.
 * @throws Problem `te-groot` above 20 MB (unpacked) or 20,000 lines, `verkeerd-formaat`, `ongeldige-invoer`
 */
export async function leesRegels(http: HonoContext): Promise<string[]> {
  if (!/^application\/x-ndjson\b/i.test(http.req.header("content-type") ?? ""))
    throw new Problem(algemeen["verkeerd-formaat"], "Stuur application/x-ndjson.");
  const codering = (http.req.header("content-encoding") ?? "identity").toLowerCase();
  if (codering !== "identity" && codering !== "gzip")
    throw new Problem(algemeen["verkeerd-formaat"], "Alleen gzip wordt uitgepakt.");
  const { body } = http.req.raw;
  if (!body) return [];
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(
        bytes > hoogstensBytes
          ? new Problem(
              algemeen["te-groot"],
              "Een levering telt hoogstens 20 MB (uitgepakt) en 20.000 regels.",
            )
          : null,
        chunk,
      );
    },
  });
  const bron = Readable.fromWeb(body as never);
  const regels: string[] = [];
  const lezen = async () => {
    for await (const regel of createInterface({ input: meter, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (regel.trim() === "") continue;
      if (regels.push(regel) > hoogstensRegels)
        throw new Problem(
          algemeen["te-groot"],
          "Een levering telt hoogstens 20 MB (uitgepakt) en 20.000 regels.",
        );
    }
  };
  const stroom = codering === "gzip" ? pipeline(bron, createGunzip(), meter) : pipeline(bron, meter);
  try {
    await Promise.all([stroom, lezen()]);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(algemeen["ongeldige-invoer"], "De inhoud brak af of is geen geldige gzip.");
  } finally {
    bron.destroy();
    meter.destroy();
  }
  return regels;
}
