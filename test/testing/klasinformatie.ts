import type { Sql } from "#platform/database";

type Met = { readonly sql: Sql };

/** The akkoord of a school, without the ways in: those have tests of their own. Its rows of class information stay what they were. */
export async function deel({ sql }: Met, instellingsnummer: string): Promise<void> {
  await sql`insert into klasinformatie.overeenkomst (versie, inhoud, ingevoerd_op) values (1, '{}', now()) on conflict do nothing`;
  await sql`
    insert into klasinformatie.akkoord (akkoord, instellingsnummer, school_naam, versie, gegeven_op, gegeven_door, gegeven_naam)
    values (gen_random_uuid(), ${instellingsnummer}, 'De school', 1, now(), 'vo-1', 'Els Vandamme') on conflict do nothing`;
}

/** The school stops; the rows are still there, as in the minutes before they are erased. */
export async function stop({ sql }: Met, instellingsnummer: string): Promise<void> {
  await sql`
    update klasinformatie.akkoord set gestopt_op = now(), gestopt_door = 'vo-1', gestopt_naam = 'Els Vandamme'
     where instellingsnummer = ${instellingsnummer} and gestopt_op is null`;
}

/** Who is in which class, in place of what was there: account, klas, maybe subklas, maybe van and tot. */
export async function deelIn(
  { sql }: Met,
  instellingsnummer: string,
  rijen: readonly (readonly [
    string,
    string,
    (string | null | undefined)?,
    (string | undefined)?,
    (string | undefined)?,
  ])[],
): Promise<void> {
  await sql`delete from klasinformatie.indeling where instellingsnummer = ${instellingsnummer}`;
  for (const [account, klas, subklas = null, van = "2026-09-01", tot = "2027-08-31"] of rijen)
    await sql`
      insert into klasinformatie.indeling (instellingsnummer, klas, subklas, account_uuid, van, tot, schooljaar)
      values (${instellingsnummer}, ${klas}, ${subklas}, ${account}, ${van}, ${tot},
              ${`${van.slice(0, 4)}-${Number(van.slice(0, 4)) + 1}`})`;
}
