import type { Leerling } from "./contract.ts";
import { klasnamen, subklasnamen } from "./rules.ts";

/**
 * Pupils as a file for a spreadsheet (RFC 4180, `;` as spreadsheets in Belgium expect, byte order mark so that accents come
 * through), with their classes when the school shares those. No passwords and no ids. A text that a spreadsheet would take for a formula gets an apostrophe before it.
 */
export function exporteer(
  leerlingen: readonly Leerling[],
  { metKlas }: { readonly metKlas: boolean },
): string {
  const klas = (waarden: readonly string[]) => (metKlas ? waarden : []);
  const kolommen = [
    "naam",
    "voornaam",
    "gebruikersnaam",
    "niveau",
    "leerjaar",
    "groep",
    ...klas(["klas", "subklas"]),
    "status",
  ];
  const regels = leerlingen.map((een) => [
    een.naam,
    een.voornaam,
    een.gebruikersnaam ?? "",
    een.niveau,
    String(een.leerjaar),
    een.groep ?? "",
    ...klas([klasnamen(een), subklasnamen(een)]),
    statusVan(een),
  ]);
  return `\uFEFF${[kolommen, ...regels].map((regel) => `${regel.map(cel).join(";")}\r\n`).join("")}`;
}

function statusVan(een: Leerling): string {
  if (een.uitgeschreven) return "uitgeschreven";
  if (een.nieuw) return "nieuw";
  if (een.aangepast) return "aangepast";
  return een.aangemeld ? "in gebruik" : "nooit aangemeld";
}

function cel(tekst: string): string {
  // A tab or a line break before the sign would hide it from us, not from the spreadsheet.
  const veilig = /^[\s\p{C}]*[=+\-@|%＝＋－＠]/u.test(tekst) || /^[\t\r\n]/.test(tekst) ? `'${tekst}` : tekst;
  return /[";\r\n]/.test(veilig) ? `"${veilig.replaceAll('"', '""')}"` : veilig;
}
