import { hash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { deriveKeys } from "#platform/crypto";
import { sizes, type Size } from "./contract.ts";

/** The main key of every benchmark; only here, for data that nobody owns. */
export const mainKey = hash("sha256", "de metingen", "buffer");
export const benchKeys = deriveKeys(mainKey);

const firstNames =
  "Noor Lina Emma Olivia Mila Louise Juliette Elise Amina Fatima Yasmina Hanne Lotte Marie Camille Zoë Nora Ella Julia Anna Liam Noah Arthur Louis Jules Adam Victor Lucas Mathis Finn Lars Wout Senne Milan Mohamed Yusuf Bilal Emir Jakub Łukasz Élodie Søren Seppe Ferre Kobe Daan Thibault Gilles Robbe Jasper Anaïs Chloë Inès Léa Ilse Bo Sam Robin Charlie Alex".split(
    " ",
  );
const lastNames =
  "Peeters Janssens Maes Jacobs Mertens Willems Claes Goossens Wouters De_Smet Dubois Lambert Martens Vermeulen Van_Damme Aerts Michiels Desmet Hermans De_Clercq Van_den_Broeck Verhoeven Segers Pauwels Lemmens Bogaerts Nijs Coppens Smets Declercq Yılmaz El_Amrani Benali Nowak Öztürk Kovač Haddad Nguyễn Bah Diallo Cools Baert Thys Verbeke Moens Stevens Claeys Lauwers Simons De_Backer Van_Hoof Timmermans Adriaens Cuypers D'Hondt Vandenberghe Geerts Wuyts De_Wilde Sels".split(
    " ",
  );

const pick = (list: readonly string[], index: number): string =>
  (list[index % list.length] ?? "").replaceAll("_", " ");
const pathOf = (value: number, width: number): string => String(value).padStart(width, "0");
const schoolNumber = (index: number): string => String(100_001 + index);

/** A pupil of the generated world: the same one for the same number, whatever the size. */
function pupil(index: number, schools: number) {
  const day = new Date(Date.UTC(2006, 8, 1) + (index % 5475) * 86_400_000);
  const born = day.toISOString().slice(0, 10);
  const body = `${born.slice(2, 4)}${born.slice(5, 7)}${born.slice(8)}${pathOf(1 + Math.floor(index / 5475), 3)}`;
  const check = pathOf(97 - (Number(`2${body}`) % 97), 2);
  const age = 2026 - day.getUTCFullYear();
  return {
    school: schoolNumber(index % schools),
    stamnummer: `2024-${pathOf(index, 7)}`,
    voornaam: pick(firstNames, Math.imul(index, 7) >>> 0),
    naam: `${pick(lastNames, Math.floor(index / 60))}${index % 3 === 0 ? ` ${pick(lastNames, Math.floor(index / 3600) + 17)}` : ""}`,
    insz: index % 50 === 49 ? null : body + check,
    geboortedatum: born,
    niveau: age < 6 ? "kleuter" : age < 12 ? "lager" : "secundair",
    leerjaar: age < 6 ? 0 : age < 12 ? age - 5 : Math.min(age - 11, 7),
  };
}

export type Delivery = {
  readonly size: Size;
  /** Which time it is delivered: ids, numbers and moments of messages differ, entities and versions do not. */
  readonly delivery: number;
  /** Every n-th pupil gets a new version with another name. */
  readonly changed?: number;
};

/** Writes a full load as the feed would: the schools, then two messages per pupil. Gives the number of messages. */
export async function writeFeed(path: string, { size, delivery, changed }: Delivery): Promise<number> {
  const { leerlingen, scholen } = sizes[size];
  const file = createWriteStream(path, { highWaterMark: 1 << 20 });
  let number = 0;
  let text = "";
  const add = (soort: string, versie: number, sleutel: object, gegevens: object) => {
    number++;
    const id = `018f${pathOf(delivery, 4)}-0000-7000-8000-${pathOf(number, 12)}`;
    const tijdstip = `2026-09-0${versie}T07:12:33Z`;
    text += `${JSON.stringify({ id, volgnummer: delivery * 10_000_000 + number, tijdstip, soort, versie, sleutel, gegevens })}\n`;
  };
  const flush = async () => {
    const room = file.write(text);
    text = "";
    if (!room) await once(file, "drain");
  };
  for (let index = 0; index < scholen; index++) {
    add(
      "school",
      1,
      { instellingsnummer: schoolNumber(index) },
      {
        naam: `School ${index}`,
        gemeente: "Aalst",
        niveaus: ["kleuter", "lager", "secundair"],
        van: "2000-09-01",
        vestigingen: [{ vestiging: "1", naam: "Hoofdgebouw", gemeente: "Aalst" }],
      },
    );
  }
  for (let index = 0; index < leerlingen; index++) {
    const { school, stamnummer, voornaam, naam, insz, geboortedatum, niveau, leerjaar } = pupil(
      index,
      scholen,
    );
    const sleutel = { instellingsnummer: school, stamnummer };
    const isNew = changed !== undefined && index % changed === 0;
    add("leerling", isNew ? 2 : 1, sleutel, {
      naam: isNew ? `${naam} Nieuw` : naam,
      voornaam,
      insz,
      geboortedatum,
    });
    add("inschrijving", isNew ? 2 : 1, sleutel, {
      inschrijving: "1",
      vestiging: "1",
      niveau,
      leerjaar,
      administratieve_groep: `${leerjaar}${"ABCD"[index % 4] ?? ""}${isNew ? "x" : ""}`,
      van: "2020-09-01",
      status: "gerealiseerd",
    });
    if (text.length > 500_000) await flush();
  }
  await flush();
  file.end();
  await once(file, "close");
  return number;
}

/**
 * Message number `n` of a stream on a loaded world, as one line: in turn a new pupil, a new enrolment, another name and
 * another group, each for another pupil.
 */
export function message(
  n: number,
  { pupils, schools }: { readonly pupils: number; readonly schools: number },
): string {
  const kind = n % 4;
  const turn = Math.floor(n / 4);
  const isNew = kind < 2;
  const index = isNew ? pupils + turn : (turn * 2 + kind) % pupils;
  const versie = isNew ? 1 : 2 + Math.floor((turn * 2) / pupils);
  const { school, stamnummer, voornaam, naam, insz, geboortedatum, niveau, leerjaar } = pupil(index, schools);
  const isPupil = kind % 2 === 0;
  return JSON.stringify({
    id: `018f0009-0000-7000-8000-${pathOf(n, 12)}`,
    volgnummer: 90_000_000 + n,
    tijdstip: new Date(1_790_000_000_000 + n * 1000).toISOString().replace(".000", ""),
    soort: isPupil ? "leerling" : "inschrijving",
    versie,
    sleutel: { instellingsnummer: school, stamnummer },
    gegevens: isPupil
      ? { naam: `${naam}${isNew ? "" : ` V${versie}`}`, voornaam, insz, geboortedatum }
      : {
          inschrijving: "1",
          vestiging: "1",
          niveau,
          leerjaar,
          administratieve_groep: `${leerjaar}A v${versie}`,
          van: "2020-09-01",
          status: "gerealiseerd",
        },
  });
}

/** The same messages as rows for COPY, one each, for the anchors (servers/copier.ts). Gives the number of rows. */
export async function writeRows(path: string, { size, delivery, changed }: Delivery): Promise<number> {
  const { leerlingen, scholen } = sizes[size];
  const file = createWriteStream(path, { highWaterMark: 1 << 20 });
  let text = "";
  let number = 0;
  const add = (
    soort: string,
    school: string,
    stamnummer: string,
    index: number,
    naam: string,
    voornaam: string,
    born: string,
    versie: number,
  ) => {
    number++;
    // Random but the same in every delivery, as account_uuid and hashes are.
    const digest = hash("md5", `${soort}${index}`, "hex");
    text += `${soort}\t${school}\t${stamnummer}\t${digest}\t${naam}\t${voornaam}\t${born}\t${voornaam}.${naam}\t${index}\t${versie}\t2026-09-0${versie}T07:12:33Z\t${index}\t\\\\x${digest}${digest}\n`;
  };
  for (let index = 0; index < scholen; index++)
    add("s", schoolNumber(index), "", index, `School ${index}`, "Aalst", "2000-09-01", 1);
  for (let index = 0; index < leerlingen; index++) {
    const { school, stamnummer, voornaam, naam, geboortedatum } = pupil(index, scholen);
    const isNew = delivery > 1 && changed !== undefined && index % changed === 0;
    const versie = isNew ? 2 : 1;
    add("l", school, stamnummer, index, isNew ? `${naam} Nieuw` : naam, voornaam, geboortedatum, versie);
    add("i", school, stamnummer, index, isNew ? "1x" : "1", "lager", "2020-09-01", versie);
    if (text.length > 500_000) {
      if (!file.write(text)) await once(file, "drain");
      text = "";
    }
  }
  file.end(text);
  await once(file, "close");
  return number;
}
