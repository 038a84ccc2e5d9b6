import type { Context } from "#platform/context";
import type { Standing } from "#platform/import-file";
import type { Gebruik, SchoolsoftwareFile } from "./contract.ts";

/** What stands of the packages and the schools of a file. */
export async function getStanding(ctx: Context, file: SchoolsoftwareFile): Promise<Standing> {
  const pakketten = file.pakketten.map((one) => one.pakket);
  const rows = await ctx.sql<
    { pakket: string; naam: string; levert_klasinformatie: boolean; client_id: string | null }[]
  >`select pakket, naam, levert_klasinformatie, client_id from schoolsoftware.pakket where pakket = any (${pakketten}) order by pakket`;
  const sleutels = await ctx.sql<{ pakket: string; vingerafdruk: string }[]>`
    select pakket, vingerafdruk from schoolsoftware.sleutel where pakket = any (${pakketten}) order by pakket, vingerafdruk`;
  const gebruik = await ctx.sql<Gebruik[]>`
    select instellingsnummer, pakket, van, tot from schoolsoftware.gebruik
     where instellingsnummer = any (${file.scholen.map((one) => one.instellingsnummer)}) order by instellingsnummer, van`;
  return new Map([
    ...rows.flatMap(({ pakket, naam, levert_klasinformatie, client_id }) => [
      [`pakket ${pakket}`, { value: naam }] as const,
      [`pakket ${pakket}: levert_klasinformatie`, { value: levert_klasinformatie ? "ja" : "neen" }] as const,
      ...(client_id === null ? [] : [[`pakket ${pakket}: client_id ${client_id}`, { value: "" }] as const]),
    ]),
    ...sleutels.map(
      ({ pakket, vingerafdruk }) => [`pakket ${pakket}: sleutel ${vingerafdruk}`, { value: "" }] as const,
    ),
    ...gebruik.map(
      ({ instellingsnummer, pakket, van, tot }) =>
        [
          `school ${instellingsnummer}, vanaf ${van}`,
          { value: `${pakket}${tot === null ? ", zonder einde" : `, tot en met ${tot}`}` },
        ] as const,
    ),
  ]);
}
