/**
 * Invented national numbers. In everything that we make the sequence number is 999 only, which the national register gives to
 * nobody in practice; so a birth date has three of them: the national number and two bis numbers (month + 20 and + 40).
 */
export type Variant = "nationaal" | "bis20" | "bis40";

/** The number for a birth date. Check digits: 97 - (n mod 97), with a 2 in front for who was born in 2000 or later. */
export function makeInsz(geboortedatum: string, variant: Variant, volgnummer = 999): string {
  const [jaar = "", maand = "", dag = ""] = geboortedatum.split("-");
  const extra = variant === "bis20" ? 20 : variant === "bis40" ? 40 : 0;
  const romp = `${jaar.slice(2)}${String(Number(maand) + extra).padStart(2, "0")}${dag}${String(volgnummer).padStart(3, "0")}`;
  const number = Number(jaar) >= 2000 ? 2_000_000_000 + Number(romp) : Number(romp);
  return `${romp}${String(97 - (number % 97)).padStart(2, "0")}`;
}

/** Is it one of ours: eleven digits, sequence number 999, good check digits. */
export function isInvented(insz: string): boolean {
  if (!/^\d{6}999\d\d$/.test(insz)) return false;
  const romp = Number(insz.slice(0, 9));
  const controle = Number(insz.slice(9));
  return [romp, 2_000_000_000 + romp].some((number) => 97 - (number % 97) === controle);
}

/** `17.05.02-999.42` */
export const formatInsz = (insz: string): string =>
  `${insz.slice(0, 2)}.${insz.slice(2, 4)}.${insz.slice(4, 6)}-${insz.slice(6, 9)}.${insz.slice(9)}`;

const daysIn = (jaar: number): number =>
  jaar % 4 === 0 && (jaar % 100 !== 0 || jaar % 400 === 0) ? 366 : 365;

/** The calendar date of the n-th day of a year. */
function datumOf(jaar: number, dag: number): string {
  return new Date(Date.UTC(jaar, 0, 1 + dag)).toISOString().slice(0, 10);
}

export type Geboren = { readonly geboortedatum: string; readonly insz: string | null };

/**
 * Gives births out, year by year, so that no two pupils get the same INSZ. A world outgrows sequence number 999 (some 730
 * pupils a birth year): who comes later is born on the same days and has no INSZ. The bis numbers + 20 are left for whoever is
 * enrolled by hand in the simulator. `elkVolgnummer` is for benchmarks on a database that is thrown away: then everybody
 * gets a number, up to 360,000 a birth year.
 */
export function births(elkVolgnummer: boolean): (jaar: number) => Geboren {
  const gegeven = new Map<number, number>();
  return (jaar) => {
    const n = gegeven.get(jaar) ?? 0;
    gegeven.set(jaar, n + 1);
    const dagen = daysIn(jaar);
    const geboortedatum = datumOf(jaar, (n * 97) % dagen); // 97 has no factor in common with 365 or 366
    const ronde = Math.floor(n / dagen);
    if (ronde === 0) return { geboortedatum, insz: makeInsz(geboortedatum, "nationaal") };
    if (ronde === 1) return { geboortedatum, insz: makeInsz(geboortedatum, "bis40") };
    const volgnummer = ronde - 1;
    return {
      geboortedatum,
      insz: elkVolgnummer && volgnummer < 999 ? makeInsz(geboortedatum, "nationaal", volgnummer) : null,
    };
  };
}
