/** Words that stand in examples, and never in what was drawn. */
const placeholder =
  /verander|voorbeeld|invullen|hoofdsleutel|wachtwoord|geheim|leerid|change-?me|example|password|secret|replace|xxxx/i;

/**
 * What is wrong with a text as a main key; undefined when it may be one. It must be 32 bytes or more in base64, as they are drawn: not a
 * sentence, not one thing repeated, not a row of numbers. Whoever has the database can try keys against its check value.
 * @returns a Dutch phrase without the value
 */
export function findKeyFault(text: string): string | undefined {
  const draw = "maak er een met  openssl rand -base64 32";
  if (placeholder.test(text)) return `dit is een voorbeeld of een woord, geen sleutel; ${draw}`;
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) return `geen base64; ${draw}`;
  const bytes = Buffer.from(text, "base64");
  if (bytes.length < 32) return `minstens 32 bytes in base64; ${draw}`;
  const plain = bytes.toString("latin1");
  if (placeholder.test(plain)) return `dit is een voorbeeld of een woord, geen sleutel; ${draw}`;
  if (new Set(bytes).size < 16 || isRepeated(text) || isRepeated(plain) || isRow(bytes) || isTyped(plain))
    return `hier zit te weinig toeval in; ${draw}`;
  return undefined;
}

/** One piece, once and then again to the end. */
function isRepeated(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period += 1)
    if (text.slice(period) === text.slice(0, -period)) return true;
  return false;
}

/** 0, 1, 2, … or the like. */
const isRow = (bytes: Buffer): boolean => {
  const step = (at: number) => ((bytes[at] ?? 0) - (bytes[at - 1] ?? 0)) & 255;
  return bytes.every((_, at) => at < 2 || step(at) === step(1));
};

/** Letters, digits and signs of a keyboard only; hexadecimal may have been drawn. */
const isTyped = (plain: string): boolean => /^[\x20-\x7e\s]+$/.test(plain) && !/^[0-9a-f]+\s*$/i.test(plain);
