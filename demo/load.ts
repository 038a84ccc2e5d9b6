import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Config } from "#platform/config";
import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import { progressBar } from "#platform/progress";
import { makeGate, authenticate } from "#modules/aanmelding";
import { importFile } from "#modules/discimus";
import { listAccountsOfRegistraties, type Registered } from "#modules/leerlingen";
import { importProtocol } from "#modules/protocollen";
import {
  giveFirstWachtwoord,
  shortForm,
  makeBadge,
  plaatjes,
  setBadge,
  setOwnWachtwoord,
} from "#modules/sleutels";
import {
  endOtherClients,
  importToepassing,
  saveKeuze,
  makeVisible,
  upsertClient,
  type RegelInput,
  type ToepassingFile,
} from "#modules/toepassingen";
import type { Case, Registratie } from "./contract.ts";
import { demoWachtwoord, secretOf, type DataFolder } from "./data-folder.ts";
import { feed } from "./discimus/feed.ts";
import { layouts } from "./schoolpakket/layouts.ts";
import { registraties, world } from "./world.ts";

export type MachineClient = {
  readonly naam: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly scopes: readonly string[];
};

/** Where the machine clients of the demo come from: from no file. */
const demoHerkomst = "(demo)";

/** Who may knock as a machine: the sender of the feed, the packages, an ACM of somebody else. */
export async function makeMachineClients(ctx: Context, map: DataFolder): Promise<readonly MachineClient[]> {
  const pakketScopes = ["schoolpakket:identificatie", "dropserver:schrijven"];
  const clients = [
    ["Discimus", "discimus", ["discimus:schrijven"]],
    ...Object.values(layouts).map(({ pakket, naam }) => [naam, `pakket-${pakket}`, pakketScopes] as const),
    ["Externe ACM", "externe-acm", ["acm:datastore"]],
  ] as const;
  const gemaakt: MachineClient[] = [];
  for (const [naam, client_id, scopes] of clients) {
    const client_secret = secretOf(map.stand(), `client ${client_id}`);
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
      demoHerkomst,
    );
    gemaakt.push({ naam, client_id, client_secret, scopes });
  }
  await endOtherClients(
    ctx,
    demoHerkomst,
    gemaakt.map((client) => client.client_id),
  );
  return gemaakt;
}

/** Imports an application and its agreement from `demo/bestanden`, with the address and secret of this demo filled in. */
export async function loadToepassing(
  ctx: Context,
  map: DataFolder,
  naam: string,
  url: string,
): Promise<ToepassingFile> {
  const read = (soort: string) =>
    readFile(new URL(`bestanden/${soort}-${naam}.json`, import.meta.url), "utf8");
  const file = (await read("toepassing"))
    .replaceAll("{{url}}", url)
    .replaceAll("{{geheim}}", secretOf(map.stand(), `client ${naam}`));
  const { bestand: toepassing } = await importToepassing(ctx, file);
  await importProtocol(ctx, await read("protocol"));
  return toepassing;
}

/** Schools that chose an application, and for whom it is visible there. */
const keuzes: Readonly<Record<string, Readonly<Record<string, readonly Part[]>>>> = {
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
type Part =
  | { readonly soort: "school" }
  | { readonly soort: "niveau"; readonly niveau: "lager" | "secundair" }
  | { readonly soort: "leerjaar"; readonly niveau: "lager" | "secundair"; readonly leerjaar: number };

/** What beheerders of the schools clicked at the start of the school year. */
export async function chooseToepassingen(
  ctx: Context,
  map: DataFolder,
  accounts: ReadonlyMap<Case, Registered>,
): Promise<void> {
  const van = `${map.stand().schooljaar}-09-01` as Datum;
  for (const [toepassing, scholen] of Object.entries(keuzes)) {
    for (const [instellingsnummer, delen] of Object.entries(scholen)) {
      await saveKeuze(ctx, { instellingsnummer, toepassing, van });
      for (const part of delen)
        await makeVisible(ctx, { instellingsnummer, toepassing, ...part } satisfies RegelInput);
    }
  }
  const uitgezonderd = accounts.get("toepassing-niet-zichtbaar");
  if (uitgezonderd) {
    await makeVisible(ctx, {
      instellingsnummer: uitgezonderd.instellingsnummer,
      toepassing: "bingel",
      soort: "leerling",
      accountUuid: uitgezonderd.account_uuid,
      uitgesloten: true,
    });
  }
}

/** The demo schools' messages, by the API as Discimus sends them. */
export async function sendWorld(
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
    now: () => ctx.clock.now(),
  });
  const berichten = [...world({ schooljaar: map.stand().schooljaar })];
  const answer = await verzend(berichten);
  return { ontvangen: answer.ontvangen, quarantaine: answer.quarantaine.length };
}

/** A bigger world, as a full load from a file: the way a new LeerID gets its first pupils. */
export async function loadLargeWorld(
  ctx: Context,
  map: DataFolder,
  leerlingen: number,
  stop: AbortSignal,
): Promise<void> {
  const naam = `wereld-${map.stand().schooljaar}-${leerlingen}.ndjson.gz`;
  const maken = progressBar("leerlingen gemaakt", { total: leerlingen });
  let regels = 0;
  const textOf = function* () {
    let part = "";
    let gedaan = 0;
    for (const bericht of world({ schooljaar: map.stand().schooljaar, leerlingen })) {
      regels += 1;
      if (bericht.soort === "leerling") gedaan += 1;
      part += `${JSON.stringify(bericht)}\n`;
      if (part.length > 262_144) {
        maken.to(gedaan);
        yield part;
        part = "";
      }
    }
    maken.to(gedaan);
    yield part;
  };
  await pipeline(
    Readable.from(textOf()),
    createGzip({ level: 1 }),
    createWriteStream(map.pathParam(naam), { mode: 0o600 }),
    {
      signal: stop,
    },
  );
  maken.done();
  const laden = progressBar("berichten geladen", { total: regels });
  await importFile(ctx, { pad: map.pathParam(naam), progress: (aantal) => laden.to(aantal), stop });
  laden.done();
  stop.throwIfAborted();
  await map.forget(naam);
}

/** Pupils beside the named ones who also get a password, so that a whole class can try. */
const extraMetWachtwoord = 30;

/** The named registrations first, then some tens of ordinary ones of all four schools. */
function whoGetsWachtwoord(schooljaar: number): readonly Registratie[] {
  const all = [...registraties({ schooljaar })];
  const gewone = all.filter((one) => one.geval === undefined);
  const step = Math.floor(gewone.length / extraMetWachtwoord);
  return [
    ...all.filter((one) => one.geval !== undefined),
    ...gewone.filter((_, index) => index % step === step - 1).slice(0, extraMetWachtwoord),
  ];
}

/** A pupil as `demo.json` and the printed table have him. */
export type DemoLeerling = {
  readonly geval: Case | "overig";
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
export async function accountsOfCases(
  ctx: Context,
  schooljaar: number,
): Promise<ReadonlyMap<Case, Registered>> {
  const benoemd = [...registraties({ schooljaar })].filter((one) => one.geval !== undefined);
  const accounts = await accountsOf(ctx, benoemd);
  return new Map(
    benoemd.flatMap((one) => {
      const account = accounts.get(sleutelOf(one));
      return one.geval !== undefined && account ? [[one.geval, account]] : [];
    }),
  );
}

const sleutelOf = (one: { readonly instellingsnummer: string; readonly stamnummer: string }) =>
  `${one.instellingsnummer}/${one.stamnummer}`;

async function accountsOf(
  ctx: Context,
  wie: readonly Registratie[],
): Promise<ReadonlyMap<string, Registered>> {
  const found = await listAccountsOfRegistraties(ctx, wie);
  return new Map(found.map((account) => [sleutelOf(account), account]));
}

/**
 * Gives passwords to whoever has none yet and tells all pupils with their passwords. `eerste-keer` gets an initial password, a
 * new one as soon as the former was used; everybody else an own one that follows from the data folder.
 */
export async function giveWachtwoorden(ctx: Context, map: DataFolder): Promise<readonly DemoLeerling[]> {
  const wie = whoGetsWachtwoord(map.stand().schooljaar);
  const accounts = await accountsOf(ctx, wie);
  const wachtwoorden = { ...map.stand().wachtwoorden };
  const leerlingen = await Promise.all(
    wie.map(async ({ geval, ...registratie }): Promise<DemoLeerling[]> => {
      const sleutel = sleutelOf(registratie);
      const account = accounts.get(sleutel);
      if (account?.gebruikersnaam === null || account === undefined) return [];
      const bekend = wachtwoorden[sleutel];
      const niveau = registratie.inschrijvingen[0]?.niveau ?? "lager";
      let wachtwoord = bekend ?? demoWachtwoord(map.stand(), sleutel);
      if (geval === "eerste-keer") {
        if (bekend === undefined || !(await isStillFirst(ctx, account.gebruikersnaam, bekend)))
          wachtwoord = await giveFirstWachtwoord(ctx, { accountUuid: account.account_uuid, niveau });
      } else if (bekend === undefined) {
        await setOwnWachtwoord(ctx, { accountUuid: account.account_uuid, wachtwoord });
      }
      wachtwoorden[sleutel] = wachtwoord;
      return [
        {
          geval: geval ?? "overig",
          naam: account.naam,
          voornaam: account.voornaam,
          gebruikersnaam: account.gebruikersnaam,
          wachtwoord,
          ...(geval === "kleuter-badge" && (await giveBadge(ctx, account.account_uuid))),
          account_uuid: account.account_uuid,
          leer_id_uuid: account.leer_id_uuid,
          instellingsnummer: account.instellingsnummer,
        },
      ];
    }),
  );
  await map.save({ wachtwoorden });
  return leerlingen.flat();
}

async function giveBadge(ctx: Context, accountUuid: Registered["account_uuid"]) {
  const nieuw = makeBadge();
  const nr = await setBadge(ctx, accountUuid, nieuw, new Date(ctx.clock.now()));
  return { badge: shortForm(nieuw.code), plaatje: plaatjes[nr]?.naam ?? "" };
}

async function isStillFirst(ctx: Context, gebruikersnaam: string, wachtwoord: string): Promise<boolean> {
  const outcome = await authenticate(ctx, makeGate(), { gebruikersnaam, wachtwoord, clientId: "" });
  return outcome.soort === "gelukt" && outcome.kiesWachtwoord;
}
