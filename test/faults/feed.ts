import { gzipSync } from "node:zlib";
import { makeInsz } from "#demo/insz";
import type { Random } from "#demo/random";
import type { Sql } from "#platform/database";

/** One delivery to the API, as it goes over the line. */
export type Batch = { readonly nr: number; readonly lines: readonly string[]; readonly bad: number };

const schools = ["999001", "999002", "999003"];
const names = ["Peeters", "Janssens", "Maes", "Jacobs", "Willems"];
const firstNames = ["Noor", "Arthur", "Olivia", "Jules", "Mila", "Lewis"];

/** A feed of deliveries of very different sizes: pupils with and without INSZ, later versions, shared pupils, bad lines. */
export function makeFeed(random: Random, pupils: number): Batch[] {
  let sequence = 0;
  const line = (soort: string, versie: number, sleutel: object, gegevens: object) => {
    sequence += 1;
    const tijdstip = new Date(Date.UTC(2026, 8, 1) + sequence * 1000).toISOString().replace(".000Z", "Z");
    return JSON.stringify({
      id: `m-${sequence}`,
      volgnummer: sequence,
      tijdstip,
      soort,
      versie,
      sleutel,
      gegevens,
    });
  };
  const first = schools.map((instellingsnummer) =>
    line(
      "school",
      1,
      { instellingsnummer },
      {
        naam: `School ${instellingsnummer}`,
        gemeente: "Gent",
        niveaus: ["lager"],
        van: "2000-09-01",
        vestigingen: [{ vestiging: "1", naam: "Hoofd", gemeente: "Gent" }],
      },
    ),
  );
  const later: string[][] = [[], [], []];
  for (let n = 0; n < pupils; n += 1) {
    const born = new Date(Date.UTC(2014, 0, 1 + n)).toISOString().slice(0, 10);
    const insz = makeInsz(born, "nationaal");
    const naam = random.pick(names);
    const voornaam = random.pick(firstNames);
    const at = n % 9 === 0 ? schools.slice(0, 2) : [random.pick(schools)];
    for (const instellingsnummer of at) {
      const key = { instellingsnummer, stamnummer: `S-${n}` };
      const pupil = (versie: number, gegevens: object) =>
        line("leerling", versie, key, { naam, voornaam, insz: null, geboortedatum: born, ...gegevens });
      const known = random.below(3) > 0;
      later[0]?.push(pupil(1, known ? { insz } : {}));
      if (!known) later[1]?.push(pupil(2, { insz }));
      if (random.below(4) === 0) later[2]?.push(pupil(3, { insz, naam: `${naam}-Claes` }));
      const enrolment = (versie: number, tot: string | null) =>
        line("inschrijving", versie, key, {
          inschrijving: `I-${n}`,
          vestiging: "1",
          niveau: "lager",
          leerjaar: 1 + (n % 6),
          van: "2026-09-01",
          tot,
          status: "gerealiseerd",
        });
      later[0]?.push(enrolment(1, null));
      if (random.below(5) === 0) later[2]?.push(enrolment(2, "2027-01-31"));
    }
  }
  const batches: Batch[] = [{ nr: 0, lines: first, bad: 0 }];
  const sizes = [1, 1, 3, 40, 1, 260, 17, 5];
  const queue = later.flatMap((part) => shuffled(part, random));
  while (queue.length > 0) {
    const nr = batches.length;
    const lines = queue.splice(0, sizes[nr % sizes.length] ?? 1);
    const bad = lines.length > 2 ? badLines(nr) : [];
    batches.push({ nr, lines: [...lines, ...bad], bad: bad.length });
  }
  return batches;
}

const badLines = (nr: number): string[] => [
  "{dit is geen json",
  JSON.stringify({
    id: `fout-${nr}`,
    tijdstip: "2026-09-01T00:00:00Z",
    soort: "leerling",
    versie: 1,
    sleutel: { instellingsnummer: "999001", stamnummer: `F-${nr}` },
    gegevens: { naam: "Maes", voornaam: "Noor", insz: null, geboortedatum: "2017-02-30" },
  }),
];

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((item) => ({ item, at: random.below(1_000_000) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

export type Answer = {
  readonly ontvangen: number;
  readonly verwerkt: number;
  readonly ongewijzigd: number;
  readonly quarantaine: readonly { readonly code: string }[];
};
export type Sent = { readonly status: number; readonly headers: Headers; readonly body: unknown };

/** Posts a batch; undefined when no answer came: then it may or may not have been taken. */
export async function post(api: string, token: string, batch: Batch): Promise<Sent | undefined> {
  const text = `${batch.lines.join("\n")}\n`;
  const packed = batch.nr % 3 === 0;
  try {
    const response = await fetch(`${api}/discimus/v1/berichten`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/x-ndjson",
        ...(packed ? { "content-encoding": "gzip" } : {}),
      },
      body: packed ? gzipSync(text) : text,
      signal: AbortSignal.timeout(60_000),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError")
      throw new Error("no answer within a minute: the server hangs", { cause: error });
    return undefined;
  }
}

/**
 * Everything that the feed made, without the identifiers that are drawn by lot: a person is called after his registrations.
 * A username comes from the name in the first message that arrives and then stays (D2), so which of the names sent it holds is a
 * matter of order, as is its number: what is looked at is that it is one of them.
 */
export async function stateOf(sql: Sql): Promise<Record<string, unknown>> {
  const label = sql`(select string_agg(r.instellingsnummer || ' ' || r.stamnummer, ', ' order by r.instellingsnummer, r.stamnummer)
    from leerlingen.registratie r where r.account_uuid = a.account_uuid)`;
  return {
    scholen: await sql`select instellingsnummer, naam, versie, inhoud::text from scholen.school order by 1`,
    registraties: await sql`
      select instellingsnummer, stamnummer, naam, voornaam, geboortedatum, versie, tijdstip, inhoud::text, laatste_met_insz, eerste_zonder_insz,
             tijdelijk_account_uuid is not null as tijdelijk
        from leerlingen.registratie order by 1, 2`,
    personen: await sql`
      select ${label} as wie, a.naam, a.voornaam, a.leer_id_uuid is not null as geidentificeerd,
             exists (select from leerlingen.registratie r,
                            unnest(array[r.naam, replace(r.naam, '-Claes', '')]) as gestuurd
                      where r.account_uuid = a.account_uuid
                        and a.gebruikersnaam_basis = lower(r.voornaam || '.' || replace(gestuurd, '-', ''))) as naam_past,
             (select count(*) from leerlingen.account h where h.vervangen_door = a.account_uuid) as historiek
        from leerlingen.account a where a.vervangen_door is null order by 1`,
    insz: await sql`
      select encode(i.insz_hash, 'hex') as insz, ${label} as wie
        from leerlingen.insz i join leerlingen.account a using (account_uuid) order by 1`,
    inschrijvingen: await sql`
      select instellingsnummer, stamnummer, inschrijving, vestiging, niveau, leerjaar, administratieve_groep, van, tot, geannuleerd, versie, inhoud::text
        from inschrijvingen.inschrijving order by 1, 2, 3`,
    quarantaine:
      await sql`select distinct regel, bericht_id, code, veld, melding from discimus.quarantaine order by 1, 2`,
    samenvoegingen: await sql`select count(*) as aantal from leerlingen.samenvoeging`,
  };
}
