import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { AccountUuid, LeerIdUuid } from "#platform/ids";
import { regelsSql } from "#modules/privacylog";

/** A pupil of a school as its package gets him (R22). */
export type Identificatie = {
  readonly stamnummer: string;
  readonly leerIdUuid: LeerIdUuid | null;
  /** Of the current account. */
  readonly accountUuid: AccountUuid;
  readonly administratieveGroep: string | null;
};

/** Where a page of a list ended. */
export type Place = { readonly stamnummer: string; readonly accountUuid: string };

/**
 * A page of the pupils of a school who are enrolled on some day of a period, for a package: its right to them, the list and the
 * records of the privacy log in one statement, so in one snapshot and one commit. Undefined when the package has no right: no such
 * school, another package, nothing shared. One pupil more than asked means that there is more.
 */
export async function giveIdentificaties(
  ctx: Context,
  vraag: {
    readonly pakket: string;
    readonly instellingsnummer: string;
    readonly van: Datum;
    readonly tot: Datum;
    readonly na: Place | undefined;
    readonly aantal: number;
  },
): Promise<Identificatie[] | undefined> {
  const { pakket, instellingsnummer, van, tot, na, aantal } = vraag;
  const vandaag = ctx.clock.vandaag();
  const nu = ctx.clock.now();
  const rows = await ctx.sql<(Omit<Identificatie, "stamnummer"> & { stamnummer: string | null })[]>`
    with school as materialized (
      select n.nummers from (select scholen.lijn(${instellingsnummer}, ${vandaag}::date) as nummers) n
       where schoolsoftware.pakket_van(n.nummers, ${vandaag}::date) = ${pakket} and akkoorden.deelt(n.nummers)),
    leerling as materialized (
      select distinct on (r.stamnummer, r.account_uuid) r.stamnummer, r.account_uuid, a.leer_id_uuid, i.administratieve_groep
        from school s
        join leerlingen.registratie r on r.instellingsnummer = any (s.nummers)
        join leerlingen.account a on a.account_uuid = r.account_uuid
        join inschrijvingen.geldig i on i.instellingsnummer = r.instellingsnummer and i.stamnummer = r.stamnummer
       where kalender.is_lopend_in(${van}::date, ${tot}::date, i.van, i.tot)
         and (r.stamnummer, r.account_uuid) > (${na?.stamnummer ?? ""}, ${na?.accountUuid ?? "00000000-0000-0000-0000-000000000000"}::uuid)
       order by r.stamnummer, r.account_uuid, kalender.is_lopend(${vandaag}::date, i.van, i.tot) desc, i.van desc
       limit ${aantal + 1}),
    gegeven as (
      select distinct on (account_uuid) account_uuid, leer_id_uuid, administratieve_groep
        from (select * from leerling order by stamnummer, account_uuid limit ${aantal}) bladzijde),
    nieuw as (
      insert into schoolsoftware.meegedeeld as m (pakket, account_uuid, leer_id_uuid, gewijzigd_op)
      select ${pakket}, g.account_uuid, g.leer_id_uuid, ${new Date(nu)}::timestamptz from gegeven g
       where not exists (select from schoolsoftware.meegedeeld o where o.pakket = ${pakket} and o.account_uuid = g.account_uuid
                            and o.leer_id_uuid is not distinct from g.leer_id_uuid)
       order by g.account_uuid
      on conflict (pakket, account_uuid) do update set leer_id_uuid = excluded.leer_id_uuid, gewijzigd_op = excluded.gewijzigd_op
       where m.leer_id_uuid is distinct from excluded.leer_id_uuid
      returning account_uuid),
    te_loggen as (
      select g.account_uuid, array_remove(array['Account_uuid', case when g.leer_id_uuid is not null then 'Leer_id_uuid' end,
             case when g.administratieve_groep is not null then 'Administratieve_groep' end], null) as attributen
        from nieuw join gegeven g using (account_uuid)),
    ${regelsSql(ctx.sql, { tijdstip: nu, soort: "identificatie", ontvanger: pakket, protocol: null, aanleiding: "schoolpakket" }, "te_loggen")}
    select l.stamnummer, l.leer_id_uuid as "leerIdUuid", l.account_uuid as "accountUuid", l.administratieve_groep as "administratieveGroep"
      from school left join leerling l on true order by l.stamnummer, l.account_uuid`;
  if (rows.length === 0) return undefined;
  return rows.flatMap(({ stamnummer, ...rij }) => (stamnummer === null ? [] : [{ ...rij, stamnummer }]));
}
