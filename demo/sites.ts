import type { Hono } from "hono";
import type { Medewerkers } from "#platform/config";
import type { Context } from "#platform/context";
import { historiekOf, findAccountOfRegistratie } from "#modules/leerlingen";
import { giveFirstWachtwoord } from "#modules/sleutels";
import { secretOf, type DataFolder } from "./data-folder.ts";
import { createDiscimus } from "./discimus/index.ts";
import type { MachineClient } from "./load.ts";
import type { DemoJson } from "./demo-json.ts";
import { createRelyingParty } from "./relying-party/index.ts";
import { demoScholen } from "./schools.ts";
import { createUpstream } from "./upstream/index.ts";
import { demoAcr, personas } from "./upstream/personas.ts";

/** Bingel as its publisher runs it. Its schools are those of small children. */
export const bingelSite = (map: DataFolder, demo: DemoJson, now: () => number): Promise<Hono> =>
  createRelyingParty({
    ...rpClient(demo, 0, demo.sites.bingel),
    stijl: {
      naam: "Bingel",
      uitgever: "Uitgeverij Van In",
      slogan: "Oefenen voor alle vakken",
      kleur: "zon",
    },
    oefening: "plus",
    klanten: ["999001", "999004"],
    bestand: map.pathParam("toepassing-bingel.json"),
    now,
  });

/** Cijferbos, of an invented publisher: all four schools have a licence. */
export const cijferbosSite = (map: DataFolder, demo: DemoJson, now: () => number): Promise<Hono> =>
  createRelyingParty({
    ...rpClient(demo, 1, demo.sites.tweede),
    stijl: {
      naam: "Cijferbos",
      uitgever: "Uitgeverij Het Eikenblad",
      slogan: "Rekenen in het bos",
      kleur: "bos",
    },
    oefening: "maal",
    klanten: demoScholen.map((school) => school.instellingsnummer),
    bestand: map.pathParam("toepassing-cijferbos.json"),
    now,
  });

function rpClient(demo: DemoJson, index: number, url: string) {
  const client = demo.toepassingen[index];
  if (client === undefined) throw new Error("no such application");
  return {
    issuer: demo.sites.acm,
    url,
    clientId: client.client_id,
    clientSecret: client.client_secret,
    scope: client.scopes.join(" "),
  };
}

/** The simulator of Discimus, which in the demo may also look into LeerID. */
export function discimusSite(
  ctx: Context,
  map: DataFolder,
  clients: readonly MachineClient[],
  sites: DemoJson["sites"],
) {
  const lookUp = (instellingsnummer: string, stamnummer: string) =>
    findAccountOfRegistratie(ctx, { instellingsnummer, stamnummer });
  const [discimus] = clients;
  return createDiscimus({
    issuer: sites.acm,
    apiUrl: sites.api,
    clientId: discimus?.client_id ?? "",
    clientSecret: discimus?.client_secret ?? "",
    schooljaar: map.stand().schooljaar,
    bestand: map.pathParam("discimus.json"),
    now: () => ctx.clock.now(),
    vandaag: () => ctx.clock.vandaag(),
    async lookUp(instellingsnummer, stamnummer) {
      const account = await lookUp(instellingsnummer, stamnummer);
      return account && { ...account, historiek: await historiekOf(ctx, account.account_uuid) };
    },
    async giveWachtwoord(instellingsnummer, stamnummer) {
      const account = await lookUp(instellingsnummer, stamnummer);
      if (account === undefined) return "";
      const school = demoScholen.find((one) => one.instellingsnummer === instellingsnummer);
      const niveau = school?.soort === "secundair" ? "secundair" : "lager";
      const wachtwoord = await giveFirstWachtwoord(ctx, { accountUuid: account.account_uuid, niveau });
      const { wachtwoorden } = map.stand();
      const sleutel = `${instellingsnummer}/${stamnummer}`;
      // A named pupil got another one: from the next start on the table shows a password of the demo again.
      if (sleutel in wachtwoorden) {
        const { [sleutel]: _, ...rest } = wachtwoorden;
        await map.save({ wachtwoorden: rest });
      }
      return wachtwoord;
    },
  });
}

/** How ACM of the demo knows the demo's key of adults. */
export const demoSleutel = (sites: DemoJson["sites"], map: DataFolder): Medewerkers => ({
  issuer: sites.sleutel,
  clientId: "acm",
  clientSecret: secretOf(map.stand(), "sleutel van medewerkers"),
  acr: [demoAcr],
});

/** The key of adults: ready personas instead of accounts of an employer. */
export const sleutelSite = (sleutel: Medewerkers, sites: DemoJson["sites"], now: () => number) =>
  createUpstream({ ...sleutel, redirectUri: `${sites.acm}/v1/medewerker/terug`, personas, now });
