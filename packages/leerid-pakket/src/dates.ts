import { PakketError } from "./problem.ts";

/** Does this calendar date exist: 2026-02-30 does not. */
function dateExists(jaar: number, maand: number, dag: number): boolean {
  const datum = new Date(Date.UTC(jaar, maand - 1, dag));
  return datum.getUTCMonth() === maand - 1 && datum.getUTCDate() === dag && jaar >= 1900 && jaar <= 9999;
}

const pieces = { jjjj: "(?<jaar>\\d{4})", mm: "(?<maand>\\d{2})", m: "(?<maand>\\d{1,2})" } as const;
const dagen = { dd: "(?<dag>\\d{2})", d: "(?<dag>\\d{1,2})" } as const;

/** A format such as `dd/mm/jjjj`, `d-m-jjjj` or `jjjjmmdd` as a pattern; undefined when it is none. */
function patroonOf(vorm: string): RegExp | undefined {
  const gezien = { jaar: 0, maand: 0, dag: 0 };
  const bron = vorm.replaceAll(/jjjj|mm?|dd?|[^jmd]/g, (piece) => {
    if (piece === "jjjj") gezien.jaar += 1;
    else if (piece.startsWith("m")) gezien.maand += 1;
    else if (piece.startsWith("d")) gezien.dag += 1;
    else return piece.replace(/[.*+?^${}()|[\]\\/]/, "\\$&");
    return { ...pieces, ...dagen }[piece as "jjjj" | "mm" | "m" | "dd" | "d"];
  });
  if (
    gezien.jaar !== 1 ||
    gezien.maand !== 1 ||
    gezien.dag !== 1 ||
    /j{1,3}(?!j)/.test(bron.replaceAll(/<jaar>/g, ""))
  )
    return undefined;
  return new RegExp(`^${bron}$`);
}

export const isDateFormat = (vorm: string): boolean => patroonOf(vorm) !== undefined;

/** Reads dates of one format to `YYYY-MM-DD`; an empty text is null, what is no date is undefined. */
export function datumlezer(vorm: string): (text: string) => string | null | undefined {
  const patroon = patroonOf(vorm);
  if (patroon === undefined) throw new PakketError(`De datumvorm "${vorm}" is niet bekend.`, 2);
  return (text) => {
    if (text === "") return null;
    const delen = patroon.exec(text)?.groups;
    if (!delen) return undefined;
    const [jaar, maand, dag] = [Number(delen["jaar"]), Number(delen["maand"]), Number(delen["dag"])];
    if (!dateExists(jaar, maand, dag)) return undefined;
    return `${delen["jaar"]}-${String(maand).padStart(2, "0")}-${String(dag).padStart(2, "0")}`;
  };
}

const brussel = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Brussels", dateStyle: "short" });

/** The calendar date in Belgium at a moment, `YYYY-MM-DD`. */
export const datumOn = (moment: number): string => brussel.format(moment);

/** A school year runs from 1 September to 31 August: `2026-2027`. */
export function schooljaarOn(datum: string): string {
  const begin = Number(datum.slice(0, 4)) - (datum.slice(5, 7) < "09" ? 1 : 0);
  return `${begin}-${begin + 1}`;
}

export const limitsOf = (schooljaar: string): { readonly van: string; readonly tot: string } => ({
  van: `${schooljaar.slice(0, 4)}-09-01`,
  tot: `${schooljaar.slice(5)}-08-31`,
});
