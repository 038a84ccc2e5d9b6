import pg from "pg";

/** What a statement can be given. An object is refused: say `${JSON.stringify(x)}::text::json`, so that nobody has to guess. */
export type Value = string | number | boolean | bigint | Date | Uint8Array | null | List;
type List = readonly (string | number | null | List)[];

/**
 * The type that a value brings along, as a cast behind its place in the statement; "" when the server infers it from there,
 * as it does for texts, numbers and lists.
 */
export function castOf(value: unknown): "" | "::timestamptz" | "::bytea" | "::boolean" | "::bigint" {
  switch (typeof value) {
    case "boolean":
      return "::boolean";
    case "bigint":
      return "::bigint";
    case "object":
      if (value instanceof Date) return "::timestamptz";
      return value instanceof Uint8Array ? "::bytea" : "";
    default:
      return "";
  }
}

/**
 * A value as it is sent.
 * @throws TypeError for undefined and for whatever has no one meaning in SQL
 */
export function encode(value: unknown): string | Buffer | null {
  if (typeof value === "string") return value;
  if (value === null) return null;
  switch (typeof value) {
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
    case "object":
      if (value instanceof Date) return value.toISOString();
      if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      if (Array.isArray(value)) return arrayText(value);
  }
  throw Object.assign(new TypeError(`a value of type ${typeof value} in a statement`), {
    code: value === undefined ? "UNDEFINED_VALUE" : "UNSUITABLE_VALUE",
  });
}

function arrayText(list: readonly unknown[]): string {
  let text = "{";
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (index > 0) text += ",";
    if (item === null) text += "NULL";
    else if (typeof item === "number") text += String(item);
    else if (typeof item === "string")
      text += `"${special.test(item) ? item.replaceAll(/["\\]/g, "\\$&") : item}"`;
    else if (Array.isArray(item)) text += arrayText(item);
    else throw new TypeError(`a value of type ${typeof item} in a list of a statement`);
  }
  return `${text}}`;
}
const special = /["\\]/;

type Parser = (text: string) => unknown;

const asIs: Parser = (text) => text;
const moment: Parser = (text) => new Date(text);
const json: Parser = (text) => JSON.parse(text);
const bytes: Parser = (text) => Buffer.from(text.slice(2), "hex");
const listOfTexts = pg.types.getTypeParser(1009 as never, "text") as (text: string) => unknown[];
const listOf =
  (parser: Parser): Parser =>
  (text) =>
    each(listOfTexts(text), parser);
const each = (list: unknown[], parser: Parser): unknown[] =>
  list.map((item) =>
    typeof item === "string" ? parser(item) : Array.isArray(item) ? each(item, parser) : item,
  );

/**
 * What the server's types become, by their number in pg_type; all others stay text. Counts and row numbers are far below 2^53.
 * Dates stay the texts they are: legal dates have no time zone.
 */
const parsers = new Map<number, Parser>([
  [16, (text) => text === "t"],
  [17, bytes],
  ...[20, 21, 23, 26, 700, 701].map((oid) => [oid, Number] as const),
  ...[114, 3802].map((oid) => [oid, json] as const),
  ...[1114, 1184].map((oid) => [oid, moment] as const),
  [1000, listOf((text) => text === "t")],
  [1001, listOf(bytes)],
  ...[1005, 1007, 1016, 1021, 1022, 1028].map((oid) => [oid, listOf(Number)] as const),
  ...[199, 3807].map((oid) => [oid, listOf(json)] as const),
  ...[1115, 1185].map((oid) => [oid, listOf(moment)] as const),
  // name, char, bpchar, varchar, text, date, numeric, uuid
  ...[1002, 1003, 1009, 1014, 1015, 1182, 1231, 2951].map((oid) => [oid, listOfTexts] as const),
]);

/** For the client library: how it reads a column. */
export const columnTypes = {
  getTypeParser: (oid: number): Parser => parsers.get(oid) ?? asIs,
};
