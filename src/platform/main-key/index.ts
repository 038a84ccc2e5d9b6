import { keyedHash, type Keys } from "#platform/crypto";
import { DatabaseError, type Sql } from "#platform/database";

/** What the check value is a keyed hash of. */
const constant = "LeerID: met deze hoofdsleutel is deze databank gemaakt";

const wrongKey =
  "Deze databank is met een andere hoofdsleutel gemaakt. Er is niets gelezen of geschreven. Zet de LEERID_HOOFDSLEUTEL terug waarmee ze gemaakt is: " +
  "wie LeerID beheert, vindt ze in de kluis van de organisatie. Is ze verloren, zie docs/uitbating.md.";

/**
 * Compares the main key with the one that the database was made with, before anything else is read or written.
 * @returns false when the database does not know its key yet
 * @throws DatabaseError when it is another key
 */
export async function checkMainKey(sql: Sql, keys: Keys): Promise<boolean> {
  const [there] = await sql<
    { known: boolean }[]
  >`select to_regclass('hoofdsleutel.proef') is not null as known`;
  if (!there?.known) return false;
  const [row] = await sql<{ proef: Buffer }[]>`select proef from hoofdsleutel.proef`;
  if (!row) return false;
  // Nothing is learned from how long it takes: whoever can try has the database.
  if (!row.proef.equals(keyedHash(keys.proef, constant))) throw new DatabaseError(wrongKey);
  return true;
}

/**
 * Writes down with which main key this database is made: once, by the owner, so only `leerid migrate` does. In a database of before the
 * check value existed, the key first has to open what lies there; the first sample that says something decides.
 * @param samples each opens something that was made with the key: true, false, or undefined when there is nothing of the kind
 * @throws DatabaseError when it is another key
 */
export async function adoptMainKey(
  sql: Sql,
  keys: Keys,
  samples: readonly (() => Promise<boolean | undefined>)[],
): Promise<void> {
  if (await checkMainKey(sql, keys)) return;
  for (const opens of samples) {
    const opened = await opens();
    if (opened === false) throw new DatabaseError(wrongKey);
    if (opened) break;
  }
  await sql`insert into hoofdsleutel.proef (proef) values (${keyedHash(keys.proef, constant)}) on conflict (enig) do nothing`;
  await checkMainKey(sql, keys); // somebody else may have been first, with another one
}
