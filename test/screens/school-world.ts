import { readFile } from "node:fs/promises";
import type { Datum } from "#platform/clock";
import type { AccountUuid } from "#platform/ids";
import { importProtocol } from "#modules/protocollen";
import { makeBeheerder, rememberMedewerker, askToegang } from "#modules/rechten";
import { importToepassing, saveKeuze, makeVisible } from "#modules/toepassingen";
import { processBatch } from "#modules/uitreiking";
import { inschrijvingRegel, leerlingRegel, opdrachtRegel, schoolRegel } from "#testing/discimus";
import {
  shareKlassen,
  indelen,
  earlierLevering,
  withAkkoord,
  withPakket,
  stop,
} from "#testing/klasinformatie";
import { kop, deliverFile, fileNameOf } from "#testing/levering";
import { schoolwereld, type SchoolWorld, type Staff } from "#testing/schoolloket";
import { toepassingText } from "#testing/toepassing";

/** Of two schools, so that every page has the menu to switch. */
export const beheerder: Staff = {
  voId: "vo-beheerder",
  rollen: ["LeerIDBeheerder:999001", "LeerIDBeheerder:999002"],
  instellingsnummer: "999001",
};
/** Of 999002, which has a package and shares no class information. */
export const directeurZonderAkkoord: Staff = { voId: "vo-2" };
/** Of 999003, which stopped sharing. */
export const beheerderNaStop: Staff = { voId: "vo-stop", rollen: ["LeerIDBeheerder:999003"] };
/** Of 999004, which has no package. */
export const directeurZonderPakket: Staff = { voId: "vo-7" };

/** What stands in addresses: accounts by stamnummer, deliveries and batches by their state. */
export type Ids = Readonly<
  Record<
    | "a1"
    | "a2"
    | "k1"
    | "p5"
    | "s1"
    | "regel"
    | "beheerder"
    | "akkoord"
    | "deels"
    | "aangehouden"
    | "voorbij"
    | "klaar"
    | "bezig",
    string
  >
>;

const bingel = { instellingsnummer: "999001", toepassing: "bingel" } as const;
const subklas = "Zwemmen op dinsdagnamiddag";

/**
 * The world in which every page of the Schoolloket has something to show, in each of its states: De Regenboog (999001) with pupils,
 * keys, classes, applications, deliveries, people and batches, and three schools where something is not there. The clock ends at
 * 25 November 2026.
 */
export async function schoolWorld(): Promise<{ readonly w: SchoolWorld; readonly ids: Ids }> {
  const w = await schoolwereld();
  await pupils(w);
  const regel = await applications(w);
  const people = await staff(w);
  const files = await classes(w);
  await asleep(w);
  const batches = await print(w);
  const accounts = Object.fromEntries(
    await Promise.all(["a1", "a2", "k1", "p5"].map(async (nr) => [nr, await w.accountOf(nr)])),
  ) as Record<"a1" | "a2" | "k1" | "p5", string>;
  const s1 = await w.accountOf("s1", "999003");
  return { w, ids: { ...accounts, s1, regel, beheerder: people, ...files, ...batches } };
}

/** In De Regenboog and in Sint-Jozef two pages of pupils, of every year, some gone, with keys in every state. */
async function pupils(w: SchoolWorld): Promise<void> {
  const namen = ["Bouzid", "De Smet", "Diallo", "D'hondt", "Kowalczyk", "Van den Broucke-Vandenbussche"];
  const crowd = (prefix: string, school: string, niveau: string) =>
    Array.from({ length: 72 }, (_, i) => [
      leerlingRegel(
        `${prefix}${i}`,
        { school, id: `l${prefix}${i}` },
        { naam: namen[i % 6], voornaam: i % 2 === 0 ? "Zoë" : "Yağmur" },
      ),
      inschrijvingRegel(
        `${prefix}${i}`,
        { school, id: `i${prefix}${i}` },
        {
          niveau,
          leerjaar: 1 + (i % 6),
          administratieve_groep: i % 9 === 0 ? null : `${1 + (i % 6)}A`,
          tot: i % 10 === 9 ? "2026-10-31" : null,
        },
      ),
    ]).flat();
  await w.deliver(
    schoolRegel({ school: "999003" }, { naam: "Atheneum Ter Beuke", gemeente: "Sint-Niklaas" }),
    schoolRegel({ school: "999004" }, { naam: "Sint-Lutgardis", gemeente: "Brugge" }),
    leerlingRegel("k1", {}, { voornaam: "Lou", naam: "Klein" }),
    inschrijvingRegel("k1", {}, { niveau: "kleuter", leerjaar: 3, administratieve_groep: "K3" }),
    ...crowd("p", "999001", "lager"),
    ...crowd("q", "999002", "secundair"),
    leerlingRegel("s1", { school: "999003" }, { naam: "Slaap", voornaam: "Sien" }),
    inschrijvingRegel("s1", { school: "999003" }),
  );
  await w.sql`
    insert into sleutels.sleutel (account_uuid, soort, hash, peper, uitgereikt_op, eerst_gebruikt_op, gewijzigd_op)
    select account_uuid, case when n % 3 = 0 then 'eerste' else 'eigen' end, 'h', 'p', '2026-09-04T08:00:00Z',
           case when n % 3 = 0 then null else timestamptz '2026-09-07T08:00:00Z' end, now()
      from (select account_uuid, row_number() over (order by naam, account_uuid) as n from leerlingen.account) a where n % 4 > 0`;
  await w.sql`
    insert into sleutels.badge (account_uuid, kort_hash, code_hash, plaatje, gemaakt_op, uitgereikt_op, gestopt_op)
    values (${await w.accountOf("k1")}, 'k', 'c', 0, '2026-09-04T08:00:00Z', '2026-09-04T08:00:00Z', ${new Date(w.clock.now())})`;
}

/** Bingel and Rekenrijk are on, Letterlab is not; gives the rule that is changed. */
async function applications(w: SchoolWorld): Promise<string> {
  for (const soort of ["toepassing", "protocol"] as const) {
    const file = (await readFile(`demo/bestanden/${soort}-bingel.json`, "utf8"))
      .replaceAll("{{url}}", "http://localhost:9")
      .replaceAll("{{geheim}}", "x".repeat(40));
    await (soort === "toepassing" ? importToepassing : importProtocol)(w.ctx, file);
  }
  await importToepassing(
    w.ctx,
    toepassingText("letterlab", { naam: "Letterlab", aanbieder: "Uitgeverij <b>", tint: 3 }),
  );
  await importToepassing(
    w.ctx,
    toepassingText("rekenrijk", { naam: "Rekenrijk", integreert_klasinformatie: true }),
  );
  await w.sql`insert into protocollen.protocol (protocol, versie, toepassing, van, tot, attributen, inhoud, ingevoerd_op)
    values ('rekenrijk', 1, 'rekenrijk', '2024-07-10', null, '[{"attribuut":"Klasinformatie"}]', '{}', now())`;
  const van = "2026-09-01" as Datum;
  await saveKeuze(w.ctx, { ...bingel, van });
  await saveKeuze(w.ctx, { ...bingel, toepassing: "rekenrijk", van });
  await makeVisible(w.ctx, { ...bingel, soort: "leerjaar", niveau: "lager", leerjaar: 3 });
  await makeVisible(w.ctx, { ...bingel, soort: "klas", klas: "3A" });
  await makeVisible(w.ctx, {
    ...bingel,
    soort: "subklas",
    klas: "4B",
    subklas,
    van: "2026-12-01" as Datum,
  });
  const voor = { ...bingel, soort: "leerling" as const };
  await makeVisible(w.ctx, { ...voor, accountUuid: (await w.accountOf("p0")) as AccountUuid });
  await makeVisible(w.ctx, {
    ...voor,
    uitgesloten: true,
    accountUuid: (await w.accountOf("a2")) as AccountUuid,
  });
  const [regel] = await w.sql<{ id: string }[]>`
    select regel_id as id from toepassingen.zichtbaarheid where soort = 'leerjaar'`;
  return regel?.id ?? "";
}

/** Directors, one in the upload of next week, beheerders by a director and by the upstream, and who asks; gives one beheerder. */
async function staff(w: SchoolWorld): Promise<string> {
  const persoon = (voId: string, voornaam: string, naam: string) => ({ vo_id: voId, voornaam, naam });
  const who = (voId: string, voornaam: string, naam: string) => ({ voId, voornaam, naam });
  await w.deliver(
    opdrachtRegel("v", {}, { persoon: persoon("vo-8", "Els", "Van Damme"), vastbenoemd: true }),
    opdrachtRegel("z", { school: "999004" }, { persoon: persoon("vo-7", "Bo", "Wils") }),
  );
  await w.load();
  await w.deliver(opdrachtRegel("n", {}, { persoon: persoon("vo-9", "Eef", "Nys"), tot: "2027-06-30" }));
  await makeBeheerder(w.ctx, {
    instellingsnummer: "999001",
    wie: who("vo-3", "Karim", "El Amrani"),
    door: "vo-1",
  });
  await rememberMedewerker(w.ctx, {
    ...who("vo-4", "Ina", "Van den Broucke-Vandenbussche"),
    orgcodes: [],
    rollen: ["LeerIDBeheerder:999001"],
  });
  await askToegang(w.ctx, { ...who("vo-5", "Sofie", "Wouters"), orgcodes: ["999001"] }, "999001");
  const [beheer] = await w.sql<{ beheerder: string }[]>`select beheerder from rechten.beheerder limit 1`;
  return beheer?.beheerder ?? "";
}

/** 999001 shares: a list that was taken, one that is held, and receipts of every kind. */
async function classes(w: SchoolWorld) {
  await withPakket(w);
  await w.sql`
    insert into schoolsoftware.gebruik (instellingsnummer, van, pakket, gewijzigd_op) values ('999002', '2024-09-01', 'wisa', now())`;
  w.clock.set("2026-11-20T08:30:00Z");
  await withAkkoord(w);
  const rows = await w.sql<{ account: string; nr: number }[]>`
    select r.account_uuid as account, substr(r.stamnummer, 2)::int as nr from leerlingen.registratie r
     where r.stamnummer like 'p%' and substr(r.stamnummer, 2)::int % 10 < 9 order by nr`;
  const list = (klas: (nr: number) => string | null) =>
    [
      kop,
      ...rows.flatMap(({ account, nr }) => (klas(nr) === null ? [] : [`;${account};${klas(nr)};;`])),
      "",
    ].join("\n");
  const usual = (nr: number) => `${3 + (nr % 2)}${"ABC"[nr % 3] ?? ""};${nr % 5 === 0 ? subklas : ""}`;
  await deliverFile(w.ctx, fileNameOf("999001", "2026-11-20T08:30:00Z"), list(usual));
  w.clock.set("2026-11-22T09:15:00Z");
  await deliverFile(
    w.ctx,
    fileNameOf("999001", "2026-11-22T09:15:00Z"),
    list((nr) => (nr < 20 ? null : nr < 25 ? "Rode panda's;" : usual(nr))),
  );
  w.clock.set("2026-11-24T08:30:00Z");
  await earlierLevering(w, "2026-11-21T23:05:00Z", "verwerkt", { ontvangen: 412, aanvaard: 412 });
  const deels = await earlierLevering(w, "2026-11-22T23:07:00Z", "deels", {
    ontvangen: 412,
    aanvaard: 410,
    quarantaine: [
      { regel: 118, veld: "tot", code: "einde-voor-begin", melding: "De einddatum ligt voor de begindatum." },
      {
        regel: 1240,
        veld: null,
        code: "onbekend",
        melding: "Deze leerling is niet ingeschreven in je school.",
      },
    ],
  });
  await earlierLevering(w, "2026-11-23T23:07:00Z", "geweigerd", {
    ontvangen: 0,
    reden: {
      code: "ander-pakket",
      melding: "Dit pakket is niet dat van je school.",
      herstel: "Kijk Mijn Schoolsoftware na.",
    },
  });
  const [vast] = await w.sql<
    { levering: string }[]
  >`select levering from leveringen.levering where status = 'aangehouden'`;
  const [akkoord] = await w.sql<{ akkoord: string }[]>`select akkoord from akkoorden.akkoord`;
  return { deels, aangehouden: vast?.levering ?? "", akkoord: akkoord?.akkoord ?? "" };
}

/** 999003 stopped sharing: its rule for a class sleeps. */
async function asleep(w: SchoolWorld): Promise<void> {
  const hier = { instellingsnummer: "999003", toepassing: "bingel" } as const;
  await saveKeuze(w.ctx, { ...hier, van: "2026-09-01" as Datum });
  await makeVisible(w.ctx, { ...hier, soort: "klas", klas: "3A" });
  await shareKlassen(w, "999003");
  await indelen(w, "999003", [[await w.accountOf("s1", "999003"), "3A"]]);
  await stop(w, "999003");
}

/** A batch that is past, one that is ready, and one that is being made. */
async function print(w: SchoolWorld) {
  const make = async () => {
    const cookie = await w.sessieOf(beheerder);
    const velden = new URLSearchParams([["soort", "strookjes"]]);
    for (const nummer of ["a1", "a2"]) velden.append("account", await w.accountOf(nummer));
    const { headers } = await w.post("/leerid-beheer/afdrukken", cookie, velden);
    return (headers.get("location") ?? "").slice(-36);
  };
  const voorbij = await make();
  w.clock.advance(25 * 3_600_000);
  const klaar = await make();
  await processBatch(w.ctx, klaar, async () => {});
  return { voorbij, klaar, bezig: await make() };
}
