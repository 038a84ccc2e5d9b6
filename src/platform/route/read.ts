import type { Context as HonoContext } from "hono";
import { z } from "zod";
import { isUuid, type AccountUuid } from "#platform/ids";
import { describe, hasNul } from "#platform/import-file";
import { algemeen, Problem } from "#platform/problem";

/** Names with their schemas. A schema of an array takes a name as often as it comes, every other one once. */
export type Fields = Readonly<Record<string, z.ZodType>>;

/** What is read of them. */
export type Read<F extends Fields> = z.output<z.ZodObject<F>>;

/** Text as somebody types it: without white space around it, empty when it is not there. */
export const text = (most: number) => z.string().trim().max(most).default("");
/** Text of an address, which somebody may have made longer than it should be: cut. */
export const cut = (most: number) =>
  z
    .string()
    .default("")
    .transform((value) => value.trim().slice(0, most));
/** One of these, else nothing: for an address, which outlives what it names. */
export const oneOf = <const T extends string>(names: readonly T[]) =>
  z.enum(names).optional().catch(undefined);
/** A lower-case UUID. */
export const uuid = z.string().refine(isUuid, "geen uuid");
/** The account of a pupil. */
export const accountUuid = uuid.transform((value) => value as AccountUuid);

const refused = (what: string, detail: string) =>
  new Problem(algemeen["ongeldige-invoer"], `${what}: ${detail}`);

function parse<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw refused(what, describe(parsed.error).join("; ").replaceAll("het bestand: ", ""));
  return parsed.data;
}

/** A name or value as text; undefined for what is none: bytes that are not UTF-8, a `%` alone, or with U+0000, which nothing can store. */
function decode(part: string): string | undefined {
  try {
    const value = decodeURIComponent(part.replaceAll("+", " "));
    return value.includes("\0") ? undefined : value;
  } catch {
    return undefined;
  }
}

/**
 * Reads `name=value&…`, of an address or a form, by its schemas.
 * @throws Problem `ongeldige-invoer`, its detail says which field and never the value
 */
export function fieldReader<F extends Fields>(fields: F, { strict }: { readonly strict: boolean }) {
  const schema = strict ? z.strictObject(fields) : z.object(fields);
  const { properties } = z.toJSONSchema(z.object(fields), { io: "input", unrepresentable: "any" }) as {
    properties: Readonly<Record<string, { type?: string }>>;
  };
  return (sent: string, what: string): Read<F> => {
    // Without a prototype: a field may be called __proto__ and is then a field that nobody knows.
    const values: Record<string, string | string[]> = Object.create(null);
    for (const part of sent.split("&")) {
      if (part === "") continue;
      const at = part.indexOf("=");
      const name = decode(at < 0 ? part : part.slice(0, at));
      if (!strict && (name === undefined || !Object.hasOwn(fields, name))) continue;
      const value = at < 0 ? "" : decode(part.slice(at + 1));
      if (name === undefined || value === undefined)
        throw refused(what, "een deel is geen tekst in UTF-8, of houdt U+0000 in");
      const before = values[name];
      if (Array.isArray(before)) before.push(value);
      else if (before !== undefined) throw refused(what, `${name.slice(0, 40)}: staat er meer dan één keer`);
      else values[name] = Object.hasOwn(fields, name) && properties[name]?.type === "array" ? [value] : value;
    }
    return parse(schema, values, what) as Read<F>;
  };
}

/** Bytes beyond the largest that are read and thrown away: who is cut off while he still sends sees a reset, and no 413. */
const drained = 16_000_000;

/**
 * Reads a body as text, at most `most` bytes. Where it may be absent, an empty one needs no media type.
 * @throws Problem `verkeerd-formaat`, `te-groot`, `ongeldige-invoer` when it broke off or is not UTF-8
 */
async function textOf(
  http: HonoContext,
  {
    type,
    most,
    mayBeAbsent,
  }: { readonly type: string; readonly most: number; readonly mayBeAbsent: boolean },
): Promise<string> {
  const sent = (http.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  const wrongType = () => new Problem(algemeen["verkeerd-formaat"], `Stuur ${type}.`);
  if (sent !== type && (sent !== "" || !mayBeAbsent)) throw wrongType();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of http.req.raw.body ?? []) {
      size += chunk.length;
      if (size <= most) chunks.push(chunk);
      else if (size > most + drained) break;
    }
    if (size > most) throw new Problem(algemeen["te-groot"]);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw refused("inhoud", "ze brak af");
  }
  if (sent === "" && size > 0) throw wrongType();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw refused("inhoud", "dit is geen tekst in UTF-8");
  }
}

/** The posted fields of a form, as text. @throws Problem as `textOf` does */
export const formOf = (http: HonoContext, most: number): Promise<string> =>
  textOf(http, { type: "application/x-www-form-urlencoded", most, mayBeAbsent: true });

/** Reads a body as JSON by its schema. @throws Problem as `textOf` does */
export async function jsonOf<S extends z.ZodType>(
  http: HonoContext,
  schema: S,
  most: number,
): Promise<z.output<S>> {
  const body = await textOf(http, { type: "application/json", most, mayBeAbsent: false });
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw refused("inhoud", "dit is geen JSON in UTF-8");
  }
  if (hasNul(body)) throw refused("inhoud", "het teken U+0000 kan niet gelezen worden");
  return parse(schema, value, "inhoud");
}
