/** Thrown when the embedded PostgreSQL cannot start or stop; the message is Dutch, complete and fit for a screen. */
export class EmbeddedPostgresError extends Error {
  override name = "EmbeddedPostgresError";
}

const ownDatabase = "Of zet LEERID_DATABASE_URL op het adres van een PostgreSQL die al draait.";

const known: readonly (readonly [RegExp, string])[] = [
  [
    /No space left on device|Check free disk space|ENOSPC|Disk quota exceeded|EDQUOT/i,
    "De schijf is vol. Maak plaats vrij en start opnieuw. Wat al bewaard was, blijft bewaard.",
  ],
  [
    /Read-only file system|EROFS/i,
    "De map staat op een schijf waarop niet geschreven mag worden. Kies een andere map met LEERID_DATAMAP.",
  ],
  [
    /error while loading shared libraries: (\S+?):/i,
    `Het meegeleverde databaseprogramma mist het systeembestand $1. Installeer het. ${ownDatabase}`,
  ],
  [
    /database files are incompatible|was initialized by PostgreSQL version/i,
    "De gegevens zijn gemaakt door een andere versie van PostgreSQL. Start met die versie, of kies een nieuwe map met LEERID_DATAMAP.",
  ],
  [
    /could not (?:create|resize|map) (?:shared memory|anonymous shared)|Cannot allocate memory|ENOMEM/i,
    "Er is te weinig geheugen vrij voor de databank. Sluit andere programma's en start opnieuw.",
  ],
  [
    /Too many open files|EMFILE|ENFILE/i,
    "Er staan te veel bestanden open op deze computer. Sluit andere programma's en start opnieuw.",
  ],
  [
    /EAGAIN|Resource temporarily unavailable|could not fork/i,
    "Deze computer laat nu geen nieuwe processen toe. Sluit andere programma's en start opnieuw.",
  ],
  [
    /could not locate a valid checkpoint record|invalid primary checkpoint|could not find redo location|checksum .*verif/i,
    "De gegevens van de databank zijn beschadigd. Zet een reservekopie terug, of kies een nieuwe map met LEERID_DATAMAP.",
  ],
  [
    /could not look up effective user ID (\d+)/,
    `PostgreSQL wil een gebruiker met een naam, en gebruiker $1 heeft er op deze computer geen. Start als een andere gebruiker. ${ownDatabase}`,
  ],
  [
    /Permission denied|EACCES|Operation not permitted|EPERM|has wrong ownership|has invalid permissions/i,
    "Er zijn niet genoeg rechten op de map. Start als de gebruiker die LeerID de vorige keer startte, of kies een andere map met LEERID_DATAMAP.",
  ],
];

/**
 * Puts a failure of PostgreSQL or of the file system in plain words.
 * @param what what did not work, as the start of the message, without full stop
 * @param output what the program or the system said; its last lines are added when nothing better is known
 */
export function explain(what: string, output: string): EmbeddedPostgresError {
  for (const [pattern, words] of known) {
    const found = pattern.exec(output);
    if (found) return new EmbeddedPostgresError(`${what}. ${words.replace("$1", found[1] ?? "")}`);
  }
  const all = output.trim().split("\n");
  const telling = all.filter((line) => /\b(FATAL|PANIC|ERROR|error|fatal):/.test(line));
  const lines = (telling.length > 0 ? telling : all).slice(-3).join("\n");
  return new EmbeddedPostgresError(
    `${what}. ${lines ? `PostgreSQL zegt:\n${lines}` : "PostgreSQL geeft geen reden."}\n${ownDatabase}`,
  );
}

/** The text of anything thrown, with its system code. */
export function said(error: unknown): string {
  return error instanceof Error
    ? `${(error as NodeJS.ErrnoException).code ?? ""} ${error.message}`
    : String(error);
}
