import type { Writable } from "node:stream";

/** What a cell of COPY can hold; bytes go to `bytea`. */
export type CopyCell = string | number | boolean | Uint8Array | null;

/** One line of COPY's text format. Cells may hold any character. */
export function copyLine(cells: readonly CopyCell[]): string {
  let line = "";
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index];
    if (index > 0) line += "\t";
    if (cell === null || cell === undefined) line += "\\N";
    else if (typeof cell === "string")
      line += special.test(cell) ? cell.replaceAll(/[\\\n\r\t]/g, escape) : cell;
    else if (cell instanceof Uint8Array)
      line += `\\\\x${Buffer.from(cell.buffer, cell.byteOffset, cell.length).toString("hex")}`;
    else line += String(cell);
  }
  return `${line}\n`;
}
const special = /[\\\n\r\t]/;
const escape = (teken: string): string =>
  ({ "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" })[teken] ?? teken;

/** The same cells as one value of a composite type. Cheaper for client and server than a parameter for each. */
export function rowText(cells: readonly CopyCell[]): string {
  let text = "(";
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index];
    if (index > 0) text += ",";
    if (cell === null || cell === undefined) continue;
    if (typeof cell === "string")
      text += `"${quotable.test(cell) ? cell.replaceAll(/["\\]/g, "$&$&") : cell}"`;
    else if (cell instanceof Uint8Array)
      text += `"\\\\x${Buffer.from(cell.buffer, cell.byteOffset, cell.length).toString("hex")}"`;
    else text += String(cell);
  }
  return `${text})`;
}
const quotable = /["\\]/;

/**
 * Sends lines made by `copyLine` to a COPY … FROM STDIN statement of a transaction, drawing them as it goes: a generator is made
 * while the server takes what went before. Resolves when all is sent: when the server
 * refuses something after that, the next statement of the transaction fails. (Not waited for, because the client library
 * never tells of a failure between the end of the data and the server's answer.) About 400,000 lines a second into a bare table.
 */
export async function copyIn(
  statement: { writable(): Promise<Writable> },
  lines: Iterable<string>,
): Promise<void> {
  const stream = await statement.writable();
  const sent = new Promise<void>((resolve, reject) => {
    // oxlint-disable-next-line no-underscore-dangle -- the end of the data, as node:stream names it
    const final = stream._final?.bind(stream);
    // oxlint-disable-next-line no-underscore-dangle
    stream._final = (done) => {
      final?.(done);
      resolve();
    };
    stream.on("error", reject);
  });
  sent.catch(() => {}); // awaited below, maybe after a drain that never comes
  const send = async (text: string) => {
    if (!stream.write(text))
      await Promise.race([new Promise((resolve) => stream.once("drain", resolve)), sent]);
  };
  let text = "";
  for (const line of lines) {
    text += line;
    if (text.length < 65_536) continue;
    await send(text);
    text = "";
  }
  if (text !== "") await send(text);
  stream.end();
  await sent;
}
