import { dayBefore, isLopend, isStraks, readDatum, type Datum } from "#platform/clock";
import { formatDate } from "#platform/html";
import type { Gebruik, Pakket } from "#modules/schoolsoftware";

/** Text to search in: small letters and digits, without accents, one space between words. The statement does the same to names. */
export const foldText = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/[\u0300-\u036F]/g, "")
    .replaceAll(/[^a-z0-9]+/g, " ")
    .trim();

export type FieldName = "pakket" | "van" | "tot";
export type FieldErrors = Readonly<Partial<Record<FieldName, string>>>;

/** What stands of a school when its package is changed. */
export type GebruikState = {
  /** The current number: a change is written there. */
  readonly hoofd: string;
  readonly pakketten: readonly Pakket[];
  /** Of all numbers of the school, the latest first. */
  readonly gebruik: readonly Gebruik[];
  readonly vandaag: Datum;
};

const eersteDag = "2000-01-01";
const vorm = "Vul een bestaande datum in.";

/** The period that counts on a day: of those that overlap the one that begins last (as schoolsoftware.pakket_van). */
export const periodOn = (gebruik: readonly Gebruik[], dag: Datum): Gebruik | undefined =>
  gebruik.find(({ van, tot }) => isLopend(dag, van, tot));

const nextAfter = (gebruik: readonly Gebruik[], dag: Datum): Gebruik | undefined =>
  gebruik.findLast(({ van }) => isStraks(dag, van));

/** The form "Ander pakket": a period to write, or what is wrong by field. */
export function readPakket(
  velden: Readonly<Record<FieldName, string>>,
  { hoofd, pakketten, gebruik, vandaag }: GebruikState,
): { readonly nieuw: Gebruik } | { readonly fouten: FieldErrors } {
  const fouten: Partial<Record<FieldName, string>> = {};
  const nameOf = (pakket: string) => pakketten.find((one) => one.pakket === pakket)?.naam ?? pakket;
  const pakket = pakketten.find((one) => one.pakket === velden.pakket);
  if (!pakket) fouten.pakket = "Kies een pakket uit de lijst.";

  const van = readDatum(velden.van);
  const last = `${Number(vandaag.slice(0, 4)) + 2}-12-31`;
  if (velden.van === "") fouten.van = "Vul de eerste dag in.";
  else if (!van) fouten.van = vorm;
  else if (van < eersteDag || van > last)
    fouten.van = `Kies een dag van ${formatDate(eersteDag)} tot en met ${formatDate(last)}.`;

  const tot = readDatum(velden.tot) ?? null;
  const next = van && nextAfter(gebruik, van);
  if (velden.tot !== "" && !tot) fouten.tot = `${vorm} Zonder laatste dag? Laat het vak leeg.`;
  else if (tot && van && tot < van) fouten.tot = "De laatste dag ligt voor de eerste. Kies een latere dag.";
  else if (tot && next && tot >= next.van)
    fouten.tot = `Vanaf ${formatDate(next.van)} staat al ${nameOf(next.pakket)} in de lijst. Kies een vroegere dag, of laat het vak leeg.`;

  const dan = van && periodOn(gebruik, van);
  if (pakket && dan?.pakket === pakket.pakket)
    fouten.pakket = `De school werkt op die dag al met ${pakket.naam}, sinds ${formatDate(dan.van)}.`;
  if (!pakket || !van || Object.keys(fouten).length > 0) return { fouten };
  const einde = tot ?? (next ? dayBefore(next.van) : null);
  return { nieuw: { instellingsnummer: hoofd, pakket: pakket.pakket, van, tot: einde } };
}

/**
 * The form "Laatste dag": which period, and its last day, or what is wrong. Undefined when the period is not there (any more).
 */
export function readEnd(
  velden: { readonly periode: string; readonly nummer: string; readonly tot: string },
  { gebruik }: Pick<GebruikState, "gebruik">,
): { readonly periode: Gebruik; readonly tot: Datum } | { readonly fouten: FieldErrors } | undefined {
  const periode = gebruik.find(
    (one) => one.van === velden.periode && one.instellingsnummer === velden.nummer,
  );
  if (!periode) return undefined;
  const tot = readDatum(velden.tot);
  if (velden.tot === "") return { fouten: { tot: "Vul de laatste dag in." } };
  if (!tot) return { fouten: { tot: vorm } };
  if (tot < periode.van)
    return {
      fouten: { tot: `Kies een dag vanaf ${formatDate(periode.van)}, de eerste dag van dit pakket.` },
    };
  const next = nextAfter(gebruik, periode.van);
  if (next && tot >= next.van)
    return {
      fouten: { tot: `Kies een dag voor ${formatDate(next.van)}: dan begint het volgende pakket.` },
    };
  return { periode, tot };
}

/** Periods under former numbers of the school that a new one runs into: they end the day before, like those under its own. */
export const lopendElsewhere = (gebruik: readonly Gebruik[], nieuw: Gebruik): readonly Gebruik[] =>
  gebruik.filter(
    ({ instellingsnummer, van, tot }) =>
      instellingsnummer !== nieuw.instellingsnummer && van < nieuw.van && (tot === null || tot >= nieuw.van),
  );
