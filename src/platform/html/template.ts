import { raw } from "hono/html";

/** A piece of HTML that is already escaped. Only `html` and `trusted` make one. */
export type Html = ReturnType<typeof raw>;

/** What may stand in a template. A string is text and is escaped; nothing, false and true write nothing. */
export type HtmlValue = Html | string | number | boolean | null | undefined | readonly HtmlValue[];

/**
 * Template tag for HTML. Everything put in is escaped, unless it is Html itself.
 *
 * Our own and not Hono's: views here are pure and get their data ready made, so nothing is ever waited for, and the indentation
 * of our code is taken out once per template instead of being sent (or searched) with every page.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = lean.get(strings) ?? learn(strings);
  let text = parts[0] ?? "";
  for (let index = 0; index < values.length; index++)
    text += written(values[index]) + (parts[index + 1] ?? "");
  return raw(text);
}

/**
 * Marks text as safe HTML without escaping. Only for text made by this code base or by a library on the server
 * (the log-out form of the OpenID library, a file from the icon package); never for anything a person typed.
 */
export function trusted(text: string): Html {
  return raw(text);
}

/** Templates as they are sent, made when first used. Part of the code like the templates themselves: one entry each, never another. */
const lean = new Map<TemplateStringsArray, readonly string[]>();

/** In HTML white space is one space. What is put in stays as it is. */
function learn(strings: TemplateStringsArray): readonly string[] {
  const parts = strings.map((part) => part.replaceAll(/\n\s+/g, "\n"));
  lean.set(strings, parts);
  return parts;
}

function written(value: HtmlValue): string {
  if (typeof value === "string") return escaped(value);
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null) return "";
  if (!Array.isArray(value)) return value.toString();
  let text = "";
  for (const one of value as readonly HtmlValue[]) text += written(one);
  return text;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return /[&<>"']/.test(text) ? text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? "") : text;
}
