import { createHash } from "node:crypto";
import type { DropRow } from "./coupling.ts";

export type DropFile = { readonly naam: string; readonly inhoud: Buffer; readonly sha256: string };

const velden = ["leer_id_uuid", "account_uuid", "klas", "subklas", "van", "tot"] as const;

/** RFC 4180: quotes only where they are needed. */
const cell = (text: string): string => (/[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * The complete class list of one school for one school year. Row n of `rijen` stands on line n + 2.
 * @param moment epoch milliseconds; a file of a later second replaces those before it
 */
export function makeDropFile(
  rows: readonly DropRow[],
  van: { readonly instellingsnummer: string; readonly schooljaar: string; readonly moment: number },
): DropFile {
  const regels = rows.map((row) => velden.map((veld) => cell(row[veld])).join(";"));
  const inhoud = Buffer.from(`${[velden.join(";"), ...regels].join("\n")}\n`, "utf8");
  const tijdstip = new Date(van.moment).toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  return {
    naam: `klasinformatie_${van.instellingsnummer}_${van.schooljaar}_${tijdstip}.csv`,
    inhoud,
    sha256: createHash("sha256").update(inhoud).digest("hex"),
  };
}
