import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { Recht } from "./contract.ts";

const rol = "LeerIDBeheerder";

/** The schools in which someone has a right on a date, by the number that stands then: one round trip. */
export async function rechtenVan(
  ctx: Context,
  wie: { readonly voId: string; readonly rollen: readonly string[] },
  vandaag: Datum,
): Promise<Recht[]> {
  const doorRol = wie.rollen.flatMap((waarde) => {
    const [naam, instellingsnummer] = waarde.split(":");
    return naam === rol && instellingsnummer !== undefined ? [instellingsnummer] : [];
  });
  const rows = await ctx.sql<
    {
      instellingsnummer: string;
      naam: string;
      lijn: string[];
      door_rol: boolean;
      van: Datum | null;
      tot: Datum | null;
      directeur: boolean;
    }[]
  >`
    with opdracht as (
      select scholen.hoofd(instellingsnummer, ${vandaag}::date) as nummer, van, tot
        from rechten.directeursopdracht
       where vo_id = ${wie.voId} and van <= ${vandaag}::date and (tot is null or tot >= ${vandaag}::date)
    ), rol as (
      select distinct scholen.hoofd(r.nummer, ${vandaag}::date) as nummer from unnest(${doorRol}::text[]) as r(nummer)
    )
    select s.instellingsnummer, s.naam, scholen.lijn(s.instellingsnummer, ${vandaag}::date) as lijn,
           exists (select from rol where rol.nummer = s.instellingsnummer) as door_rol,
           o.van is not null as directeur, o.van, o.tot
      from scholen.school s
      left join lateral (select van, tot from opdracht where nummer = s.instellingsnummer
                          order by tot desc nulls first limit 1) o on true
     where s.instellingsnummer in (select nummer from opdracht union select nummer from rol)
     order by s.naam`;
  return rows.map((row) => ({
    school: { instellingsnummer: row.instellingsnummer, naam: row.naam, lijn: row.lijn },
    databeheerder: row.directeur && row.van !== null ? { van: row.van, tot: row.tot } : null,
    beheerder: row.door_rol ? { bron: "rol", tot: null } : null,
  }));
}
