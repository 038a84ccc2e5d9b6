import type { Leerling } from "./contract.ts";
import { klasnamen, subklasnamen } from "./rules.ts";

/**
 * Pupils as a file for a spreadsheet (RFC 4180, `;` as spreadsheets in Belgium expect, byte order mark so that accents come
 * through), with their classes when the school shares those. No passwords and no ids. A text that a spreadsheet would take for a formula gets an apostrophe before it.
 */
export function exportLeerlingen(
  leerlingen: readonly Leerling[],
  { metKlas }: { readonly metKlas: boolean },
): string {
  const klas = (values: readonly string[]) => (metKlas ? values : []);
  const columns = [
    "naam",
    "voornaam",
    "gebruikersnaam",
    "niveau",
    "leerjaar",
    "groep",
    ...klas(["klas", "subklas"]),
    "status",
  ];
  const regels = leerlingen.map((one) => [
    one.naam,
    one.voornaam,
    one.gebruikersnaam ?? "",
    one.niveau,
    String(one.leerjaar),
    one.groep ?? "",
    ...klas([klasnamen(one), subklasnamen(one)]),
    statusOf(one),
  ]);
  return `\uFEFF${[columns, ...regels].map((regel) => `${regel.map(cell).join(";")}\r\n`).join("")}`;
}

function statusOf(one: Leerling): string {
  if (one.uitgeschreven) return "uitgeschreven";
  if (one.nieuw) return "nieuw";
  if (one.aangepast) return "aangepast";
  return one.aangemeld ? "in gebruik" : "nooit aangemeld";
}

function cell(text: string): string {
  // A tab or a line break before the sign would hide it from us, not from the spreadsheet.
  const veilig = /^[\s\p{C}]*[=+\-@|%＝＋－＠]/u.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
  return /[";\r\n]/.test(veilig) ? `"${veilig.replaceAll('"', '""')}"` : veilig;
}
