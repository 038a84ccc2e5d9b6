import type { z } from "zod";
import { Problem, problems } from "#platform/problem";

export { changesBetween, type Change, type Standing } from "./changes.ts";

export const bestandProblemen = problems({
  "bestand-ongeldig": {
    status: 400,
    titel: "Het bestand is niet goed opgebouwd. Er is niets van ingevoerd.",
    herstel: "Wie het bestand maakte, verbetert de genoemde velden en voert het opnieuw in.",
  },
});

/** Longest file that is read into memory, in characters. */
const langste = 5_000_000;

/**
 * Reads a JSON file by its schema.
 * @throws Problem `bestand-ongeldig`, its detail one line per field
 */
export function readFile<S extends z.ZodType>(inhoud: string, schema: S): z.output<S> {
  const invalid = (detail: string) => new Problem(bestandProblemen["bestand-ongeldig"], detail);
  if (inhoud.length > langste) throw invalid("Het bestand is groter dan 5 MB.");
  let json: unknown;
  try {
    json = JSON.parse(inhoud.replace(/^\uFEFF/, ""));
  } catch (error) {
    const plaats = /position (\d+)/.exec(String(error))?.[1];
    throw invalid(`Dit is geen JSON${plaats === undefined ? "" : `: kijk na rond teken ${plaats}`}.`);
  }
  if (hasNul(inhoud)) throw invalid("Het teken U+0000 mag niet in het bestand staan.");
  const gelezen = schema.safeParse(json);
  if (!gelezen.success) throw invalid(describe(gelezen.error).join("\n"));
  return gelezen.data;
}

/** One line per problem: the field and what is the matter; never the value. */
export function describe(error: z.ZodError): string[] {
  return error.issues.slice(0, 50).map((issue) => {
    const veld = issue.path.length === 0 ? "het bestand" : issue.path.map(String).join(".");
    switch (issue.code) {
      case "invalid_type":
        return `${veld}: ontbreekt of is geen ${issue.expected}`;
      case "unrecognized_keys":
        return `${veld}: onbekend veld ${issue.keys.map((key) => `"${key.slice(0, 40)}"`).join(", ")}`;
      case "invalid_value":
        return `${veld}: kies uit ${issue.values.map(String).join(", ")}`;
      case "too_small":
        return `${veld}: is te kort of te klein (minstens ${String(issue.minimum)})`;
      case "too_big":
        return `${veld}: is te lang of te groot (hoogstens ${String(issue.maximum)})`;
      case "invalid_format":
        return `${veld}: heeft niet de juiste vorm (${issue.format})`;
      case "custom":
        return `${veld}: ${issue.message}`;
      default:
        return `${veld}: is niet geldig`;
    }
  });
}

/** Does a JSON text hold the character U+0000: no text of ours does, and PostgreSQL cannot store it. */
export const hasNul = (json: string): boolean => /(?<!\\)(?:\\\\)*\\u0000/.test(json);
