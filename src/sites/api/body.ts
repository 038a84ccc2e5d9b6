import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Context as HonoContext } from "hono";
import { algemeen, Problem } from "#platform/problem";

const hoogstensBytes = 20_000_000;
const hoogstensRegels = 20_000;
/** Empty lines count for nothing, but twenty million of them would keep everybody waiting. */
const hoogstensLeeg = 20_000;
/** No message is this long. What comes after it on the same line is not kept; the rest is enough to be told that it is too long. */
const langsteRegel = 500_000;
const regeleinde = 0x0a;

const leveringTooLarge = () =>
  new Problem(algemeen["te-groot"], "Een zending telt hoogstens 20 MB (uitgepakt) en 20.000 regels.");

/**
 * Reads the lines of an NDJSON body, gzip or not, and counts before anything is done with them. Only a line feed ends a line:
 * other separators may stand in a JSON string. Empty lines stay, so that numbers of lines are those of the sender.
 * @throws Problem `te-groot` above 20 MB (unpacked) or 20,000 lines, `verkeerd-formaat`, `ongeldige-invoer`
 */
export async function readRegels(http: HonoContext): Promise<string[]> {
  if (!/^application\/x-ndjson\s*(?:;|$)/i.test(http.req.header("content-type") ?? ""))
    throw new Problem(algemeen["verkeerd-formaat"], "Stuur application/x-ndjson.");
  const codering = (http.req.header("content-encoding") ?? "identity").toLowerCase();
  if (codering !== "identity" && codering !== "gzip")
    throw new Problem(algemeen["verkeerd-formaat"], "Alleen gzip wordt uitgepakt.");
  const { body } = http.req.raw;
  if (!body) return [];
  let regels: string[] = [];
  const split = async (delen: AsyncIterable<Buffer>) => {
    regels = await splitRegels(delen);
  };
  const bron = Readable.fromWeb(body as never);
  try {
    await (codering === "gzip" ? pipeline(bron, createGunzip(), split) : pipeline(bron, split));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(algemeen["ongeldige-invoer"], "De inhoud brak af of is geen geldige gzip.");
  }
  return regels;
}

/** Lines of a stream of bytes, without ever holding more than is allowed. Bytes that are no UTF-8 become U+FFFD. */
async function splitRegels(delen: AsyncIterable<Buffer>): Promise<string[]> {
  const regels: string[] = [];
  let bytes = 0;
  let leeg = 0;
  let begin: Buffer[] = []; // of the line that goes on in the next part
  let lengte = 0;
  const takeRegel = (piece: Buffer) => {
    const heel = begin.length === 0 ? piece : Buffer.concat([...begin, piece]);
    const regel = heel.toString("utf8", 0, langsteRegel);
    begin = [];
    lengte = 0;
    regels.push(regel);
    if (regel.trim() === "") leeg += 1;
    if (leeg > hoogstensLeeg || regels.length - leeg > hoogstensRegels) throw leveringTooLarge();
  };
  for await (const part of delen) {
    bytes += part.length;
    if (bytes > hoogstensBytes) throw leveringTooLarge();
    let van = 0;
    for (let einde = part.indexOf(regeleinde); einde >= 0; einde = part.indexOf(regeleinde, van)) {
      takeRegel(part.subarray(van, einde));
      van = einde + 1;
    }
    if (van < part.length && lengte < langsteRegel) begin.push(Buffer.from(part.subarray(van)));
    lengte += part.length - van;
  }
  if (lengte > 0) takeRegel(Buffer.alloc(0));
  return regels;
}

/**
 * Reads a body whole, as it was sent: the file itself may be gzip, the request may not be.
 * @throws Problem `te-groot`, `verkeerd-formaat`, `ongeldige-invoer` when it broke off: then nothing of it counts
 */
export async function readBytes(http: HonoContext, hoogstens: number): Promise<Buffer> {
  if ((http.req.header("content-encoding") ?? "identity").toLowerCase() !== "identity")
    throw new Problem(
      algemeen["verkeerd-formaat"],
      "Stuur het bestand zoals het is, zonder Content-Encoding. Een bestand met een naam op .csv.gz mag gzip zijn.",
    );
  const fileTooLarge = () =>
    new Problem(algemeen["te-groot"], `Een bestand telt hoogstens ${hoogstens} bytes, zoals verstuurd.`);
  if (Number(http.req.header("content-length") ?? 0) > hoogstens) throw fileTooLarge();
  const delen: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of http.req.raw.body ?? []) {
      bytes += part.length;
      if (bytes > hoogstens) throw fileTooLarge();
      delen.push(part);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(algemeen["ongeldige-invoer"], "De inhoud brak af. Stuur het bestand opnieuw.");
  }
  return Buffer.concat(delen);
}
