import { html as escapingTemplate, raw } from "hono/html";

/** A piece of HTML that is already escaped. Only `html` and `trusted` make one. */
export type Html = ReturnType<typeof raw>;

/** What may stand in a template. A string is text and is escaped; nothing, false and true write nothing. */
export type HtmlValue = Html | string | number | boolean | null | undefined | readonly HtmlValue[];

/**
 * Template tag for HTML. Everything put in is escaped, unless it is Html itself.
 *
 * Hono's own tag may answer with a promise when a promise is put in. Views here are pure and get their data ready
 * made, so this tag refuses promises at compile time and always answers at once.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const result = escapingTemplate(strings, ...values);
  if (result instanceof Promise)
    throw new TypeError("a template got a promise; await the data before the view");
  return result;
}

/**
 * Marks text as safe HTML without escaping. Only for text made by this code base or by a library on the server
 * (the log-out form of the OpenID library, a file from the icon package); never for anything a person typed.
 */
export function trusted(text: string): Html {
  return raw(text);
}
