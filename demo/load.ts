import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Config } from "#platform/config";
import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import { progressBar } from "#platform/progress";
import { maakPoort, meldAan } from "#modules/aanmelding";
import { importeer } from "#modules/discimus";
import { listAccountsVanRegistraties, type Geregistreerd } from "#modules/leerlingen";
import { importeerProtocol } from "#modules/protocollen";
import {
  geefEersteWachtwoord,
  korteVorm,
  maakBadge,
  plaatjes,
  zetBadge,
  zetEigenWachtwoord,
} from "#modules/sleutels";
import {
  importeerToepassing,
  kies,
  maakZichtbaar,
  upsertClient,
  type RegelInvoer,
  type ToepassingBestand,
} from "#modules/toepassingen";
import type { Geval, Registratie } from "./contract.ts";
import { demoWachtwoord, geheim, type DataFolder } from "./data-folder.ts";
import { feed } from "./discimus/feed.ts";
import { registraties, wereld } from "./world.ts";

export type MachineClient = {
  readonly naam: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly scopes: readonly string[];
};

/** Who may knock as a machine: the sender of the feed, the three packages, an ACM of somebody else. */
export async function maakMachineClients(ctx: Context, map: DataFolder): Promise<readonly MachineClient[]> {
  const pakket = ["schoolpakket:identificatie", "dropserver:schrijven"];
  const clients = [
    ["Discimus", "discimus", ["discimus:schrijven"]],
    ["Broekx", "pakket-broekx", pakket],
    ["Informat", "pakket-informat", pakket],
    ["Wisa", "pakket-wisa", pakket],
    ["Externe ACM", "externe-acm", ["acm:datastore"]],
  ] as const;
  const gemaakt: MachineClient[] = [];
  for (const [naam, client_id, scopes] of clients) {
    const client_secret = geheim(map.stand(), `client ${client_id}`);
    await upsertClient(
      ctx,
      {
        soort: "machine",
        naam,
        client_id,
        client_secret,
        omgeving: "demo",
        scope: scopes.join(" "),
        token_endpoint_auth_method: "client_secret_basic",
      },
      null,
    );
    gemaakt.push({ naam, client_id, client_secret, scopes });
  }
  return gemaakt;
}

/** Imports an application and its agreement from `demo/bestanden`, with the address and secret of this demo filled in. */
export async function laadToepassing(
  ctx: Context,
  map: DataFolder,
  naam: string,
  url: string,
): Promise<ToepassingBestand> {
  const lees = (soort: string) =>
    readFile(new URL(`bestanden/${soort}-${naam}.json`, import.meta.url), "utf8");
  const bestand = (await lees("toepassing"))
    .replaceAll("{{url}}", url)
    .replaceAll("{{geheim}}", geheim(map.stand(), `client ${naam}`));
  const toepassing = await importeerToepassing(ctx, bestand);
  await importeerProtocol(ctx, await lees("protocol"));
  return toepassing;
}

/** Schools that chose an application, and for whom it is visible there. */
const keuzes: Readonly<Record<string, Readonly<Record<string, readonly Deel[]>>>> = {
  bingel: {
    "999001": [{ soort: "school" }],
    "999003": [{ soort: "leerjaar", niveau: "secundair", leerjaar: 1 }],
    "999004": [{ soort: "school" }],
  },
  cijferbos: {
    "999001": [{ soort: "school" }],
    "999002": [
      { soort: "leerjaar", niveau: "secundair", leerjaar: 1 },
      { soort: "leerjaar", niveau: "secundair", leerjaar: 2 },
    ],
    "999003": [{ soort: "niveau", niveau: "secundair" }],
    "999004": [{ soort: "niveau", niveau: "lager" }],
  },
};
type Deel =
  | { readonly soort: "school" }
  | { readonly soort: "niveau"; readonly niveau: "lager" | "secundair" }
  | { readonly soort: "leerjaar"; readonly niveau: "lager" | "secundair"; readonly leerjaar: number };

/** What beheerders of the schools clicked at the start of the school year. */
export async function kiesToepassingen(
  ctx: Context,
  map: DataFolder,
  accounts: ReadonlyMap<Geval, Geregistreerd>,
): Promise<void> {
  const van = `${map.stand().schooljaar}-09-01` as Datum;
  for (const [toepassing, scholen] of Object.entries(keuzes)) {
    for (const [instellingsnummer, delen] of Object.entries(scholen)) {
      await kies(ctx, { instellingsnummer, toepassing, van });
      for (const deel of delen)
        await maakZichtbaar(ctx, { instellingsnummer, toepassing, ...deel } satisfies RegelInvoer);
    }
  }
  const uitgezonderd = accounts.get("toepassing-niet-zichtbaar");
  if (uitgezonderd) {
    await maakZichtbaar(ctx, {
      instellingsnummer: uitgezonderd.instellingsnummer,
      toepassing: "bingel",
      soort: "leerling",
      accountUuid: uitgezonderd.account_uuid,
      uitgesloten: true,
    });
  }
}

/** The demo schools' messages, by the API as Discimus sends them. */
export async function stuurWereld(
  config: Config,
  ctx: Context,
  map: DataFolder,
  discimus: MachineClient,
): Promise<{ readonly ontvangen: number; readonly quarantaine: number }> {
  const verzend = feed({
    issuer: `${config.urls.acm}/op`,
    apiUrl: config.urls.api,
    clientId: discimus.client_id,
    clientSecret: discimus.client_secret,
    nu: () => ctx.clock.now(),
  });
  const berichten = [...wereld({ schooljaar: map.stand().schooljaar })];
  const antwoord = await verzend(berichten);
  return { ontvangen: antwoord.ontvangen, quarantaine: antwoord.quarantaine.length };
}

/** A bigger world, as a full load from a file: the way a new LeerID gets its first pupils. */
export async function laadGroteWereld(
  ctx: Context,
  map: DataFolder,
  leerlingen: number,
  stop: AbortSignal,
): Promise<void> {
  const naam = `wereld-${map.stand().schooljaar}-${leerlingen}.ndjson.gz`;
  const maken = progressBar("leerlingen gemaakt", { total: leerlingen });
  let regels = 0;
  const tekst = function* () {
    let deel = "";
    let gedaan = 0;
    for (const bericht of wereld({ schooljaar: map.stand().schooljaar, leerlingen })) {
      regels += 1;
      if (bericht.soort === "leerling") gedaan += 1;
      deel += `${JSON.stringify(bericht)}\n`;
      if (deel.length > 262_144) {
        maken.to(gedaan);
        yield deel;
        deel = "";
      }
    }
    maken.to(gedaan);
    yield deel;
  };
  await pipeline(
    Readable.from(tekst()),
    createGzip({ level: 1 }),
    createWriteStream(map.pad(naam), { mode: 0o600 }),
    {
      signal: stop,
    },
  );
  maken.done();
  const laden = progressBar("berichten geladen", { total: regels });
  await importeer(ctx, { pad: map.pad(naam), voortgang: (aantal) => laden.to(aantal), stop });
  laden.done();
  stop.throwIfAborted();
  await map.vergeet(naam);
}

/** Pupils beside the named ones who also get a password, so that a whole class can try. */
const extraMetWachtwoord = 30;

/** The named registrations first, then some tens of ordinary ones of all four schools. */
function wieKrijgtWachtwoord(schooljaar: number): readonly Registratie[] {
  const alle = [...registraties({ schooljaar })];
  const gewone = alle.filter((een) => een.geval === undefined);
  const stap = Math.floor(gewone.length / extraMetWachtwoord);
  return [
    ...alle.filter((een) => een.geval !== undefined),
    ...gewone.filter((_, index) => index % stap === stap - 1).slice(0, extraMetWachtwoord),
  ];
}

/** A pupil as `demo.json` and the printed table have him. */
export type DemoLeerling = {
  readonly geval: Geval | "overig";
  readonly naam: string;
  readonly voornaam: string;
  readonly gebruikersnaam: string;
  readonly wachtwoord: string;
  /** Short form of the code on his badge, and the name of his picture; a fresh badge at every start. */
  readonly badge?: string;
  readonly plaatje?: string;
  readonly account_uuid: string;
  readonly leer_id_uuid: string | null;
  readonly instellingsnummer: string;
};

/** The accounts of the named cases, as LeerID has them. */
export async function accountsVanGevallen(
  ctx: Context,
  schooljaar: number,
): Promise<ReadonlyMap<Geval, Geregistreerd>> {
  const benoemd = [...registraties({ schooljaar })].filter((een) => een.geval !== undefined);
  const accounts = await accountsVan(ctx, benoemd);
  return new Map(
    benoemd.flatMap((een) => {
      const account = accounts.get(sleutelVan(een));
      return een.geval !== undefined && account ? [[een.geval, account]] : [];
    }),
  );
}

const sleutelVan = (een: { readonly instellingsnummer: string; readonly stamnummer: string }) =>
  `${een.instellingsnummer}/${een.stamnummer}`;

async function accountsVan(
  ctx: Context,
  wie: readonly Registratie[],
): Promise<ReadonlyMap<string, Geregistreerd>> {
  const gevonden = await listAccountsVanRegistraties(ctx, wie);
  return new Map(gevonden.map((account) => [sleutelVan(account), account]));
}

/**
 * Gives passwords to who has none yet and tells all pupils with their passwords. `eerste-keer` gets an initial password, a
 * new one as soon as the former was used; everybody else an own one that follows from the data folder.
 */
export async function geefWachtwoorden(ctx: Context, map: DataFolder): Promise<readonly DemoLeerling[]> {
  const wie = wieKrijgtWachtwoord(map.stand().schooljaar);
  const accounts = await accountsVan(ctx, wie);
  const wachtwoorden = { ...map.stand().wachtwoorden };
  const leerlingen = await Promise.all(
    wie.map(async ({ geval, ...registratie }): Promise<DemoLeerling[]> => {
      const sleutel = sleutelVan(registratie);
      const account = accounts.get(sleutel);
      if (account?.gebruikersnaam === null || account === undefined) return [];
      const bekend = wachtwoorden[sleutel];
      const niveau = registratie.inschrijvingen[0]?.niveau ?? "lager";
      let wachtwoord = bekend ?? demoWachtwoord(map.stand(), sleutel);
      if (geval === "eerste-keer") {
        if (bekend === undefined || !(await isNogEerste(ctx, account.gebruikersnaam, bekend)))
          wachtwoord = await geefEersteWachtwoord(ctx, { accountUuid: account.account_uuid, niveau });
      } else if (bekend === undefined) {
        await zetEigenWachtwoord(ctx, { accountUuid: account.account_uuid, wachtwoord });
      }
      wachtwoorden[sleutel] = wachtwoord;
      return [
        {
          geval: geval ?? "overig",
          naam: account.naam,
          voornaam: account.voornaam,
          gebruikersnaam: account.gebruikersnaam,
          wachtwoord,
          ...(geval === "kleuter-badge" && (await geefBadge(ctx, account.account_uuid))),
          account_uuid: account.account_uuid,
          leer_id_uuid: account.leer_id_uuid,
          instellingsnummer: account.instellingsnummer,
        },
      ];
    }),
  );
  await map.bewaar({ wachtwoorden });
  return leerlingen.flat();
}

async function geefBadge(ctx: Context, accountUuid: Geregistreerd["account_uuid"]) {
  const nieuw = maakBadge();
  const nr = await zetBadge(ctx, accountUuid, nieuw, new Date(ctx.clock.now()));
  return { badge: korteVorm(nieuw.code), plaatje: plaatjes[nr]?.naam ?? "" };
}

async function isNogEerste(ctx: Context, gebruikersnaam: string, wachtwoord: string): Promise<boolean> {
  const uitkomst = await meldAan(ctx, maakPoort(), { gebruikersnaam, wachtwoord, clientId: "" });
  return uitkomst.soort === "gelukt" && uitkomst.kiesWachtwoord;
}
