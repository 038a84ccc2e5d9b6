import { randomUUID } from "node:crypto";
import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import type { Niveau, ProtocolFeit } from "#modules/verstrekking";
import type {
  Doel,
  Keuze,
  Klas,
  Period,
  Regel,
  RegelWijziging,
  School,
  SchoolToepassing,
  Wijziging,
} from "./contract.ts";
import type { Attribute } from "./rules.ts";

type RegelRow = {
  regel_id: string;
  soort: Doel["soort"];
  niveau: Niveau | null;
  leerjaar: number | null;
  klas: string | null;
  subklas: string | null;
  account_uuid: AccountUuid | null;
  uitgesloten: boolean;
  van: Datum | null;
  tot: Datum | null;
};

const doelOf = (row: Omit<RegelRow, "regel_id" | "van" | "tot">): Doel => {
  if (row.account_uuid !== null)
    return { soort: "leerling", accountUuid: row.account_uuid, uitgesloten: row.uitgesloten };
  if (row.klas)
    return row.subklas
      ? { soort: "subklas", klas: row.klas, subklas: row.subklas }
      : { soort: "klas", klas: row.klas };
  if (row.niveau === null) return { soort: "school" };
  return row.leerjaar === null
    ? { soort: "niveau", niveau: row.niveau }
    : { soort: "leerjaar", niveau: row.niveau, leerjaar: row.leerjaar };
};

/** The columns of a rule, the way `doelOf` reads them back. */
const rowOf = ({ doel, van, tot }: Regel) => ({
  soort: doel.soort,
  niveau: "niveau" in doel ? doel.niveau : null,
  leerjaar: "leerjaar" in doel ? doel.leerjaar : null,
  klas: "klas" in doel ? doel.klas : null,
  subklas: "subklas" in doel ? doel.subklas : null,
  account_uuid: "accountUuid" in doel ? doel.accountUuid : null,
  uitgesloten: "uitgesloten" in doel && doel.uitgesloten,
  van,
  tot,
});

/**
 * Applications of providers as this school has set them, by name; or the one asked for. Rules on a pupil whose account was
 * replaced are given with the current account, as the decision takes them.
 */
export async function listSchoolToepassingen(
  ctx: Context,
  school: School,
  toepassing: string | null = null,
): Promise<SchoolToepassing[]> {
  const lijn = [...school.lijn];
  const rows = await ctx.sql<
    (Omit<SchoolToepassing, "regels" | "integreertKlasinformatie"> & {
      integreert_klasinformatie: boolean;
      regels: (RegelRow & { leerling: string | null })[];
    })[]
  >`select t.toepassing, t.naam, t.omschrijving, t.aanbieder, t.tint, t.initialen, t.integreert_klasinformatie, t.instructies,
           coalesce((select json_agg(json_build_object('van', k.van, 'tot', k.tot) order by k.van)
                       from toepassingen.keuze k
                      where k.toepassing = t.toepassing and k.instellingsnummer = any (${lijn})), '[]') as keuzes,
           coalesce((select json_agg(json_build_object('regel_id', z.regel_id, 'soort', z.soort, 'niveau', z.niveau,
                              'leerjaar', z.leerjaar, 'klas', z.klas, 'subklas', z.subklas,
                              'account_uuid', coalesce(s.account_uuid, z.account_uuid),
                              'uitgesloten', z.uitgesloten, 'van', z.van, 'tot', z.tot,
                              'leerling', s.voornaam || ' ' || s.naam)
                              order by z.uitgesloten, z.soort = 'leerling', z.klas is not null, z.niveau, z.leerjaar, z.klas, z.subklas nulls first, s.naam, s.voornaam, z.van, z.regel_id)
                       from toepassingen.zichtbaarheid z
                       -- a look per rule on a pupil: joined as a whole, every account of the country is read through the wall of the school
                       left join lateral (select coalesce(o.vervangen_door, o.account_uuid) as staand from leerlingen.account o
                                           where o.account_uuid = z.account_uuid offset 0) a on true
                       left join lateral (select n.account_uuid, n.naam, n.voornaam from leerlingen.account n
                                           where n.account_uuid = a.staand offset 0) s on true
                      where z.toepassing = t.toepassing and z.instellingsnummer = any (${lijn})), '[]') as regels,
           coalesce((select json_agg(json_build_object('protocol', p.protocol, 'versie', p.versie, 'van', p.van, 'tot', p.tot,
                              'attributen', p.attributen::json) order by p.versie desc)
                       from protocollen.protocol p where p.toepassing = t.toepassing), '[]') as protocollen
      from toepassingen.toepassing t
     where t.soort = 'doeltoepassing' and (${toepassing}::text is null or t.toepassing = ${toepassing})
     order by t.naam`;
  return rows.map(({ regels, integreert_klasinformatie, ...rij }) => ({
    ...rij,
    integreertKlasinformatie: integreert_klasinformatie,
    protocollen: rij.protocollen as ProtocolFeit[],
    regels: regels.map((regel) => ({
      regelId: regel.regel_id,
      doel: doelOf(regel),
      van: regel.van,
      tot: regel.tot,
      leerling: regel.leerling,
    })),
  }));
}

/**
 * The pupils who are enrolled in the school on this day, counted by what rules can see of them: their years and classes, and apart
 * those that a rule speaks about alone. One set-based query, whatever the size of the school. `open`: Discimus knows the school and
 * it is open on this day; `sharesKlassen`: it shares class information.
 */
export async function countAttributes(
  ctx: Context,
  school: School,
  vandaag: Datum,
  apart: readonly AccountUuid[],
): Promise<{ readonly open: boolean; readonly deelt: boolean; readonly kenmerken: Attribute[] }> {
  const lijn = [...school.lijn];
  const rows = await ctx.sql<
    {
      groepen: string | null;
      klassen: string | null;
      account_uuid: string | null;
      aantal: number;
      open: boolean;
      deelt: boolean;
    }[]
  >`with los as ( -- the two lists are grouped, not joined: each would be compared with each
      select r.account_uuid, string_agg(distinct i.niveau || ' ' || i.leerjaar, ',') as groepen, null as klassen
        from inschrijvingen.geldig i
        cross join lateral (select w.account_uuid from leerlingen.registratie w
                             where w.instellingsnummer = i.instellingsnummer and w.stamnummer = i.stamnummer offset 0) r
       where i.instellingsnummer = any (${lijn}) and kalender.is_lopend(${vandaag}::date, i.van, i.tot)
       group by r.account_uuid
      union all -- no name of a class holds a control character
      select a.staand, null, string_agg(d.klas || e'\t' || coalesce(d.subklas, ''), e'\n' order by d.klas || e'\t' || coalesce(d.subklas, ''))
        from klassen.indeling d
        -- Delivered before it was replaced, it counts for the account that stands.
        cross join lateral (select coalesce(s.vervangen_door, s.account_uuid) as staand from leerlingen.account s
                             where s.account_uuid = d.account_uuid offset 0) a
       where d.instellingsnummer = any (${lijn}) and kalender.is_lopend(${vandaag}::date, d.van, d.tot)
         and (select akkoorden.deelt(${lijn}))
       group by 1
    ), leerling as (
      select account_uuid, max(groepen) as groepen, max(klassen) as klassen from los group by account_uuid having max(groepen) is not null
    ), telling as (
      select groepen, klassen, case when account_uuid = any (${[...apart]}::uuid[]) then account_uuid end as account_uuid, count(*)::int as aantal
        from leerling group by 1, 2, 3
    )
    select exists (select from scholen.school s where s.instellingsnummer = ${school.instellingsnummer}
              and kalender.is_lopend(${vandaag}::date, s.van, s.tot)) as open,
           akkoorden.deelt(${lijn}) as deelt, telling.groepen, telling.klassen, telling.account_uuid, telling.aantal
      from (select 1) altijd left join telling on true`;
  const kenmerken = rows.flatMap(({ groepen, klassen, account_uuid, aantal }) => {
    const [first, ...rest] = (groepen ?? "")
      .split(",")
      .filter((groep) => groep !== "")
      .map((groep) => {
        const [niveau = "", leerjaar = ""] = groep.split(" ");
        return { niveau: niveau as Niveau, leerjaar: Number(leerjaar) };
      });
    if (!first) return [];
    return [
      {
        groepen: [first, ...rest] as const,
        klassen: readKlassen(klassen),
        accountUuid: account_uuid,
        aantal,
      },
    ];
  });
  return { open: rows[0]?.open ?? false, deelt: rows[0]?.deelt ?? false, kenmerken };
}

const readKlassen = (text: string | null): Klas[] =>
  (text ?? "")
    .split("\n")
    .filter((regel) => regel !== "")
    .map((regel) => {
      const [klas = "", subklas = ""] = regel.split("\t");
      return { klas, subklas: subklas === "" ? null : subklas };
    });

/** One at a time per school and application: two colleagues who save at once both get a whole result. */
export async function lock(ctx: Context, school: School, toepassing: string): Promise<void> {
  await ctx.sql`select pg_advisory_xact_lock(7118, hashtext(${`${school.instellingsnummer} ${toepassing}`}))`;
}

/** On from a day, without an end: what was planned after it goes, what stood on it stays open. True = something changed. */
export async function switchOn(
  ctx: Context,
  school: School,
  toepassing: string,
  van: Datum,
): Promise<boolean> {
  const lijn = [...school.lijn];
  const [row] = await ctx.sql<{ aantal: number }[]>`
    with weg as (
      delete from toepassingen.keuze where toepassing = ${toepassing} and instellingsnummer = any (${lijn}) and van > ${van}::date returning 1
    ), staat as (
      select from toepassingen.keuze where toepassing = ${toepassing} and instellingsnummer = any (${lijn})
         and kalender.is_lopend(${van}::date, van, tot)
    ), verlengd as (
      update toepassingen.keuze set tot = null where toepassing = ${toepassing} and instellingsnummer = any (${lijn})
         and kalender.is_lopend(${van}::date, van, tot) and tot is not null returning 1
    ), nieuw as (
      insert into toepassingen.keuze (instellingsnummer, toepassing, van)
      select ${school.instellingsnummer}, ${toepassing}, ${van} where not exists (select from staat) returning 1
    )
    select (select count(*) from weg) + (select count(*) from verlengd) + (select count(*) from nieuw) as aantal`;
  return (row?.aantal ?? 0) > 0;
}

/** Off after a last day: what began before it ends then, what was to begin later goes. True = something changed. */
export async function switchOff(
  ctx: Context,
  school: School,
  toepassing: string,
  tot: Datum,
): Promise<boolean> {
  const lijn = [...school.lijn];
  const [row] = await ctx.sql<{ aantal: number }[]>`
    with weg as (
      delete from toepassingen.keuze where toepassing = ${toepassing} and instellingsnummer = any (${lijn}) and van > ${tot}::date returning 1
    ), einde as (
      update toepassingen.keuze set tot = ${tot} where toepassing = ${toepassing} and instellingsnummer = any (${lijn})
         and van <= ${tot}::date and (tot is null or tot > ${tot}::date) returning 1
    )
    select (select count(*) from weg) + (select count(*) from einde) as aantal`;
  return (row?.aantal ?? 0) > 0;
}

type Writer = {
  readonly school: School;
  /** vo_id */
  readonly door: string;
  readonly bundel: string;
};

export async function writeKeuze(
  ctx: Context,
  { school, door, bundel }: Writer,
  toepassing: string,
  soort: "aan" | "uit",
  wat: Keuze | { readonly tot: Datum },
): Promise<void> {
  await ctx.sql`
    insert into toepassingen.wijziging (bundel, instellingsnummer, toepassing, tijdstip, door, soort, wat)
    values (${bundel}, ${school.instellingsnummer}, ${toepassing}, ${new Date(ctx.clock.now())}, ${door}, ${soort}, ${JSON.stringify(wat)})`;
}

const periodOf = (wijziging: { readonly soort: "weg" } | ({ readonly soort: "periode" } & Period)) =>
  wijziging.soort === "periode" ? { van: wijziging.van, tot: wijziging.tot } : {};

/**
 * Writes changes of rules with their lines of the log, in one statement: as many rows as there are rules, however many pupils
 * they are about. Rules of another school are not found; `vreemd` counts pupils that are not of this school, for whom nothing is
 * written; `slapend` new rules on a class while the school shares none; `gemist` rules whose dates were to change but that are not
 * there.
 */
export async function writeRegels(
  ctx: Context,
  { school, door, bundel }: Writer,
  wijzigingen: readonly (RegelWijziging & { readonly toepassing: string })[],
): Promise<{
  readonly geschreven: number;
  readonly vreemd: number;
  readonly slapend: number;
  readonly gemist: number;
}> {
  const lijn = [...school.lijn];
  const rows = wijzigingen.map((wijziging) => ({
    wijziging: wijziging.soort,
    toepassing: wijziging.toepassing,
    ...(wijziging.soort === "nieuw"
      ? { ...rowOf(wijziging.regel), regel_id: randomUUID() }
      : { ...periodOf(wijziging), regel_id: wijziging.regelId }),
  }));
  const [row] = await ctx.sql<{ geschreven: number; vreemd: number; slapend: number; gemist: number }[]>`
    with vraag as (
      select * from json_to_recordset(${JSON.stringify(rows)}::text::json) as v (wijziging text, toepassing text, regel_id uuid,
        soort text, niveau text, leerjaar integer, klas text, subklas text, account_uuid uuid, uitgesloten boolean, van date, tot date)
    ), goed as (
      select * from vraag v where wijziging = 'nieuw' and (soort <> 'leerling' or exists (
        select from leerlingen.registratie r where r.account_uuid = v.account_uuid and r.instellingsnummer = any (${lijn})))
    ), weg as (
      delete from toepassingen.zichtbaarheid z using vraag v
       where v.wijziging = 'weg' and z.regel_id = v.regel_id and z.toepassing = v.toepassing and z.instellingsnummer = any (${lijn})
      returning z.*
    ), periode as ( -- after what goes, and before what is new: a rule may come in the place of another; left to itself the order is anybody's
      update toepassingen.zichtbaarheid z set van = v.van, tot = v.tot from vraag v
       where v.wijziging = 'periode' and z.regel_id = v.regel_id and z.toepassing = v.toepassing and z.instellingsnummer = any (${lijn})
         and (select count(*) from weg) >= 0
      returning z.*
    ), nieuw as (
      insert into toepassingen.zichtbaarheid (regel_id, instellingsnummer, toepassing, soort, niveau, leerjaar, klas, subklas, account_uuid, uitgesloten, van, tot)
      select regel_id, ${school.instellingsnummer}, toepassing, soort, niveau, leerjaar, klas, subklas, account_uuid, uitgesloten, van, tot from goed
       where (select count(*) from periode) >= 0
      on conflict do nothing returning *
    ), samen as (
      select 'nieuw' as wijziging, nieuw.* from nieuw union all select 'weg', weg.* from weg union all select 'periode', periode.* from periode
    ), log as (
      insert into toepassingen.wijziging (bundel, instellingsnummer, toepassing, tijdstip, door, soort, wat)
      select ${bundel}, ${school.instellingsnummer}, toepassing, ${new Date(ctx.clock.now())}, ${door}, wijziging,
             json_build_object('soort', soort, 'niveau', niveau, 'leerjaar', leerjaar, 'klas', klas, 'subklas', subklas, 'account_uuid', account_uuid,
               'uitgesloten', uitgesloten, 'van', van, 'tot', tot)::text
        from samen
    )
    select (select count(*) from samen) as geschreven,
           (select count(*) from vraag where wijziging = 'nieuw') - (select count(*) from goed) as vreemd,
           (select count(*) from goed where klas is not null and not (select akkoorden.deelt(${lijn}))) as slapend,
           (select count(*) from vraag where wijziging = 'periode') - (select count(*) from periode) as gemist`;
  return row ?? { geschreven: 0, vreemd: 0, slapend: 0, gemist: 0 };
}

/** What the school changed, newest first: of one application, of one `bundel`, or all. */
export async function listWijzigingen(
  ctx: Context,
  school: School,
  welke: { readonly toepassing?: string; readonly bundel?: string; readonly hoogstens: number },
): Promise<Wijziging[]> {
  const rows = await ctx.sql<
    {
      wijziging_id: number;
      bundel: string;
      toepassing: string;
      tijdstip: Date;
      door: string;
      soort: Wijziging["soort"];
      wat: string;
      leerling: string | null;
    }[]
  >`select w.wijziging_id, w.bundel, w.toepassing, w.tijdstip, w.door, w.soort, w.wat, s.voornaam || ' ' || s.naam as leerling
      from toepassingen.wijziging w
      left join leerlingen.account a on a.account_uuid = (w.wat::json ->> 'account_uuid')::uuid
      left join leerlingen.account s on s.account_uuid = coalesce(a.vervangen_door, a.account_uuid)
     where w.instellingsnummer = any (${[...school.lijn]})
       and (${welke.toepassing ?? null}::text is null or w.toepassing = ${welke.toepassing ?? null})
       and (${welke.bundel ?? null}::uuid is null or w.bundel = ${welke.bundel ?? null})
     order by w.wijziging_id desc limit ${welke.hoogstens}`;
  return rows.map((row) => {
    const wat = JSON.parse(row.wat) as RegelRow;
    return {
      wijzigingId: row.wijziging_id,
      bundel: row.bundel,
      toepassing: row.toepassing,
      tijdstip: row.tijdstip,
      door: row.door,
      leerling: row.leerling,
      soort: row.soort,
      wat:
        row.soort === "aan" || row.soort === "uit" ? wat : { doel: doelOf(wat), van: wat.van, tot: wat.tot },
    } as Wijziging;
  });
}
