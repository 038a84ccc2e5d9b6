import { randomUUID } from "node:crypto";
import type { Datum } from "#platform/clock";
import type { Sql } from "#platform/database";
import { schooljaarOn } from "#platform/schooljaar";
import { giveAkkoord, overeenkomst } from "#modules/akkoorden";
import { type Ontvangst } from "#modules/leveringen";
import { inschrijvingRegel, leerlingRegel } from "./discimus.ts";
import type { SchoolWorld } from "./schoolloket.ts";

type WithSql = { readonly sql: Sql };

/** The akkoord of a school, without the ways in: those have tests of their own. Its rows of class information stay what they were. */
export async function shareKlassen({ sql }: WithSql, instellingsnummer: string): Promise<void> {
  await sql`insert into akkoorden.overeenkomst (versie, inhoud, ingevoerd_op) values (1, '{}', now()) on conflict do nothing`;
  await sql`
    insert into akkoorden.akkoord (akkoord, instellingsnummer, school_naam, versie, gegeven_op, gegeven_door, gegeven_naam)
    values (gen_random_uuid(), ${instellingsnummer}, 'De school', 1, now(), 'vo-1', 'Els Vandamme') on conflict do nothing`;
}

/** The school stops; the rows are still there, as in the minutes before they are erased. */
export async function stop({ sql }: WithSql, instellingsnummer: string): Promise<void> {
  await sql`
    update akkoorden.akkoord set gestopt_op = now(), gestopt_door = 'vo-1', gestopt_naam = 'Els Vandamme'
     where instellingsnummer = ${instellingsnummer} and gestopt_op is null`;
}

/** Who is in which class, in place of what was there: account, klas, maybe subklas, maybe van and tot. */
export async function indelen(
  { sql }: WithSql,
  instellingsnummer: string,
  rows: readonly (readonly [
    string,
    string,
    (string | null | undefined)?,
    (string | undefined)?,
    (string | undefined)?,
  ])[],
): Promise<void> {
  await sql`delete from klassen.indeling where instellingsnummer = ${instellingsnummer}`;
  for (const [account, klas, subklas = null, van = "2026-09-01", tot = "2027-08-31"] of rows)
    await sql`
      insert into klassen.indeling (instellingsnummer, klas, subklas, account_uuid, van, tot, schooljaar)
      values (${instellingsnummer}, ${klas}, ${subklas}, ${account}, ${van}, ${tot},
              ${schooljaarOn(van as Datum)})`;
}

/** Mijn Schoolsoftware of a Schoolwereld: four packages, of which three deliver classes; 999001 uses Wisa; nobody else uses anything. */
export async function withPakket(w: SchoolWorld): Promise<void> {
  await w.sql`
    insert into schoolsoftware.pakket (pakket, naam, levert_klasinformatie, gewijzigd_op)
    values ('wisa', 'Wisa', true, now()), ('informat', 'Informat', true, now()), ('broekx', 'Broekx', true, now()), ('papier', 'Papierwinkel', false, now())`;
  await w.sql`
    insert into schoolsoftware.gebruik (instellingsnummer, van, pakket, gewijzigd_op) values ('999001', '2024-09-01', 'wisa', now())`;
}

/** 999001 agrees, as its director An Claes. */
export async function withAkkoord(w: SchoolWorld, instellingsnummer = "999001"): Promise<void> {
  const school = { instellingsnummer, lijn: [instellingsnummer] };
  const wie = { voId: "vo-1", naam: "An Claes" };
  const uit = await giveAkkoord(w.ctx, { school, wie, versie: overeenkomst.versie });
  if (uit !== "gegeven") throw new Error(uit);
}

/** A delivery that was handled before, with its receipt. `op` = when it came. */
export async function earlierLevering(
  w: SchoolWorld,
  op: string,
  status: "verwerkt" | "deels" | "geweigerd",
  bewijs: Partial<Ontvangst> = {},
  instellingsnummer = "999001",
): Promise<string> {
  const levering = randomUUID();
  const ontvangst: Ontvangst = {
    bestand: `klasinformatie_${instellingsnummer}_2026-2027_${op.replaceAll(/[-:]/g, "")}.csv`,
    instellingsnummer,
    schooljaar: "2026-2027",
    status,
    ontvangen_op: op,
    verwerkt_op: op,
    ontvangen: 0,
    aanvaard: 0,
    quarantaine: [],
    ...bewijs,
  };
  await w.sql`
    insert into leveringen.levering (levering, pakket, naam, instellingsnummer, schooljaar, tijdstip, kanaal, inhoud_hash, bytes,
                                         status, ontvangen_op, klaar_op, ontvangst)
    values (${levering}, 'wisa', ${ontvangst.bestand}, ${instellingsnummer}, '2026-2027', ${new Date(op)}, 'sftp', '\\x00', 1,
            ${status}, ${new Date(op)}, ${new Date(op)}, ${JSON.stringify(ontvangst)})`;
  return levering;
}

/** `aantal` more pupils in 999001, p0 Lies Aerts0, p1 Lies Aerts1 …, and a whole class list that puts each where `klas` says. */
export async function withLeerlingen(
  w: SchoolWorld,
  aantal: number,
): Promise<(klas: (nr: number) => string | null) => string> {
  await w.deliver(
    ...Array.from({ length: aantal }, (_, nr) => [
      leerlingRegel(`p${nr}`, { id: `lp${nr}` }, { naam: `Aerts${nr}`, voornaam: "Lies" }),
      inschrijvingRegel(`p${nr}`, { id: `ip${nr}` }),
    ]).flat(),
  );
  const accounts = await Promise.all(Array.from({ length: aantal }, (_, nr) => w.accountOf(`p${nr}`)));
  return (klas) =>
    [
      "leer_id_uuid;account_uuid;klas;subklas;van;tot",
      ...accounts.flatMap((account, nr) => (klas(nr) === null ? [] : [`;${account};${klas(nr)};;;`])),
      "",
    ].join("\n");
}
