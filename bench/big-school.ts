import { receive } from "#modules/discimus";
import { openDatabase } from "#platform/database";
import { benchContext, shareClasses } from "./load-world.ts";

/** A school of 3,000 pupils in 60 classes, which it shares, beside the ordinary ones of the world. */
export const school = "199001";
export const pupils = 3000;
/** 1A … 6J */
export const classes: readonly string[] = [1, 2, 3, 4, 5, 6].flatMap((year) =>
  [..."ABCDEFGHIJ"].map((letter) => `${year}${letter}`),
);

const firstNames = "Noor Lina Emma Mila Louise Zoë Nora Ella Julia Anna Liam Noah Arthur Jules Łukasz".split(
  " ",
);
const lastNames =
  "Peeters Janssens Maes Jacobs Mertens Willems Claes Goossens Wouters Dubois Lambert Martens Vermeulen Aerts Michiels Hermans Verhoeven Segers Pauwels Lemmens Bogaerts Nijs Coppens Smets Declercq Yılmaz Benali Nowak Öztürk Kovač".split(
    " ",
  );

/** Makes that school by the feed, as any school comes: in no order of name or group. Three in four accounts were handed out. */
export async function bigSchool(url: string): Promise<void> {
  const ctx = benchContext(url);
  const message = (soort: string, n: number, sleutel: object, gegevens: object) =>
    JSON.stringify({
      id: `zoek-${soort}-${n}`,
      volgnummer: n,
      tijdstip: "2026-09-01T07:12:33Z",
      soort,
      versie: 1,
      sleutel,
      gegevens,
    });
  const lines = [
    message(
      "school",
      0,
      { instellingsnummer: school },
      {
        naam: "Grote School",
        gemeente: "Aalst",
        niveaus: ["secundair"],
        van: "2000-09-01",
        vestigingen: ["1"],
      },
    ),
  ];
  for (let n = 0; n < pupils; n++) {
    const sleutel = { instellingsnummer: school, stamnummer: String((n * 1237) % pupils).padStart(6, "0") };
    lines.push(
      message("leerling", n, sleutel, {
        naam: lastNames[n % lastNames.length],
        voornaam: firstNames[Math.floor(n / 60) % firstNames.length],
        insz: null,
        geboortedatum: "2011-05-02",
      }),
      message("inschrijving", n, sleutel, {
        inschrijving: "1",
        vestiging: "1",
        niveau: "secundair",
        leerjaar: 1 + (n % 6),
        administratieve_groep: classes[(n % 6) * 10 + (Math.floor(n / 6) % 10)],
        van: "2020-09-01",
        status: "gerealiseerd",
      }),
    );
  }
  await receive(ctx, lines, { bron: "http" });
  await shareClasses(
    ctx,
    school,
    ctx.sql`select account_uuid, i.administratieve_groep from inschrijvingen.inschrijving i join leerlingen.registratie r using (instellingsnummer, stamnummer)
             where i.instellingsnummer = ${school}`,
  );
  await ctx.sql`
    insert into sleutels.sleutel (account_uuid, soort, hash, peper, uitgereikt_op, eerst_gebruikt_op, gewijzigd_op)
    select account_uuid, 'eigen', 'h', 'p', now(), now(), now() from leerlingen.registratie
     where instellingsnummer = ${school} and right(stamnummer, 1) < '8'`;
  await ctx.sql.end({ timeout: 5 });
  const owner = openDatabase({ url, max: 1, role: "eigenaar" });
  await owner`vacuum analyze`;
  await owner.end();
}
