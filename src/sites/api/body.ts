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

const teGroot = () =>
  new Problem(algemeen["te-groot"], "Een levering telt hoogstens 20 MB (uitgepakt) en 20.000 regels.");

/**
 * Reads the lines of an NDJSON body, gzip or not, and counts before anything is done with them. Only a line feed ends a line:
 * other separators may stand in a JSON string. Empty lines stay, so that numbers of lines are those of the sender.
 * @throws Problem `te-groot` above 20 MB (unpacked) or 20,000 lines, `verkeerd-formaat`, `ongeldige-invoer`
 */
export async function leesRegels(http: HonoContext): Promise<string[]> {
  if (!/^application\/x-ndjson\s*(?:;|$)/i.test(http.req.header("content-type") ?? ""))
    throw new Problem(algemeen["verkeerd-formaat"], "Stuur application/x-ndjson.");
  const codering = (http.req.header("content-encoding") ?? "identity").toLowerCase();
  if (codering !== "identity" && codering !== "gzip")
    throw new Problem(algemeen["verkeerd-formaat"], "Alleen gzip wordt uitgepakt.");
  const { body } = http.req.raw;
  if (!body) return [];
  let regels: string[] = [];
  const splits = async (delen: AsyncIterable<Buffer>) => {
    regels = await splitsRegels(delen);
  };
  const bron = Readable.fromWeb(body as never);
  try {
    await (codering === "gzip" ? pipeline(bron, createGunzip(), splits) : pipeline(bron, splits));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(algemeen["ongeldige-invoer"], "De inhoud brak af of is geen geldige gzip.");
  }
  return regels;
}

/** Lines of a stream of bytes, without ever holding more than is allowed. Bytes that are no UTF-8 become U+FFFD. */
async function splitsRegels(delen: AsyncIterable<Buffer>): Promise<string[]> {
  const regels: string[] = [];
  let bytes = 0;
  let leeg = 0;
  let begin: Buffer[] = []; // of the line that goes on in the next part
  let lengte = 0;
  const neemRegel = (stuk: Buffer) => {
    const heel = begin.length === 0 ? stuk : Buffer.concat([...begin, stuk]);
    const regel = heel.toString("utf8", 0, langsteRegel);
    begin = [];
    lengte = 0;
    regels.push(regel);
    if (regel.trim() === "") leeg += 1;
    if (leeg > hoogstensLeeg || regels.length - leeg > hoogstensRegels) throw teGroot();
  };
  for await (const deel of delen) {
    bytes += deel.length;
    if (bytes > hoogstensBytes) throw teGroot();
    let van = 0;
    for (let einde = deel.indexOf(regeleinde); einde >= 0; einde = deel.indexOf(regeleinde, van)) {
      neemRegel(deel.subarray(van, einde));
      van = einde + 1;
    }
    if (van < deel.length && lengte < langsteRegel) begin.push(Buffer.from(deel.subarray(van)));
    lengte += deel.length - van;
  }
  if (lengte > 0) neemRegel(Buffer.alloc(0));
  return regels;
}

/**
 * Reads a body whole, as it was sent: the file itself may be gzip, the request may not be.
 * @throws Problem `te-groot`, `verkeerd-formaat`, `ongeldige-invoer` when it broke off: then nothing of it counts
 */
export async function leesBytes(http: HonoContext, hoogstens: number): Promise<Buffer> {
  if ((http.req.header("content-encoding") ?? "identity").toLowerCase() !== "identity")
    throw new Problem(
      algemeen["verkeerd-formaat"],
      "Stuur het bestand zoals het is, zonder Content-Encoding. Een bestand met een naam op .csv.gz mag gzip zijn.",
    );
  const groot = () =>
    new Problem(algemeen["te-groot"], `Een bestand telt hoogstens ${hoogstens} bytes, zoals verstuurd.`);
  if (Number(http.req.header("content-length") ?? 0) > hoogstens) throw groot();
  const delen: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const deel of http.req.raw.body ?? []) {
      bytes += deel.length;
      if (bytes > hoogstens) throw groot();
      delen.push(deel);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(algemeen["ongeldige-invoer"], "De inhoud brak af. Stuur het bestand opnieuw.");
  }
  return Buffer.concat(delen);
}
