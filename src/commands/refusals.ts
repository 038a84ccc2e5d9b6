import { ConfigError } from "#platform/config";
import { DatabaseError, isUnavailable } from "#platform/database";
import { describeError } from "#platform/log";
import { Problem } from "#platform/problem";
import { Refused } from "./contract.ts";

/** What ended a command, in lines for a person. */
export function linesOf(error: unknown): string {
  if (error instanceof Refused || error instanceof ConfigError || error instanceof DatabaseError)
    return error.message;
  if (error instanceof Problem)
    return [error.kind.titel, error.detail, error.kind.herstel].filter(Boolean).join("\n");
  return databaseRefusal(error) ?? unexpected(error);
}

/** What PostgreSQL or the way to it refuses, in words that say who can do something about it. */
function databaseRefusal(error: unknown): string | undefined {
  const code = String((error as { code?: unknown } | undefined)?.code);
  const check = "Kijk LEERID_DATABASE_URL na.";
  if (code === "28P01" || code === "28000")
    return `PostgreSQL aanvaardt deze gebruiker of dit wachtwoord niet (${code}). ${check}`;
  if (code === "3D000") return `Deze databank bestaat niet (${code}). ${check}`;
  if (code === "42501" || code === "22023")
    return `Deze gebruiker van PostgreSQL mag dit niet (${code}). De beheerder van PostgreSQL kan dit oplossen: voer deploy/postgresql/rollen.sql uit. Migreren vraagt LEERID_DATABASE_EIGENAAR_URL.`;
  if (code.startsWith("CONNECT_TLS:"))
    return `De beveiligde verbinding met de databank lukt niet (${code.slice(12)}). Kijk in LEERID_DATABASE_URL na: sslmode, sslrootcert (het bestand met het certificaat van wie dat van de databank ondertekende), en of de naam van de machine in dat certificaat staat.`;
  if (isUnavailable(error))
    return `De databank antwoordt niet of weigert de verbinding (${code}). ${check} Loopt PostgreSQL?`;
  return undefined;
}

/** A bug, or something nobody thought of: an Error of our own says what to do, the text of another may hold data. */
function unexpected(error: unknown): string {
  const { fout, code, plaats } = describeError(error);
  if (fout === "Error" && code === undefined && error instanceof Error) return error.message;
  const where = Array.isArray(plaats) ? `\n${plaats.join("\n")}` : "";
  return `Er ging iets onverwachts mis (${[fout, code].filter(Boolean).join(" ")}). Geef deze regels aan wie LeerID beheert.${where}`;
}
