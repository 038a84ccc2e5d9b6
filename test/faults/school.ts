import { seeded } from "#demo/random";
import { datumOn, type Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import { receive } from "#modules/discimus";
import { listAccountsOfRegistraties } from "#modules/leerlingen";
import { makeHash } from "#modules/sleutels";
import { importToepassing, saveKeuze, makeVisible } from "#modules/toepassingen";

export const secret = "een-geheim-van-minstens-32-tekens-lang";
export const password = "paard fiets lamp 7";
export const instellingsnummer = "999001";

export type Pupil = { readonly accountUuid: AccountUuid; readonly gebruikersnaam: string };
export type Application = { readonly id: string; readonly redirectUri: string };

export const application = (id: string): Application => ({ id, redirectUri: `https://${id}.example/terug` });

/** What an application is registered with; doing it again changes it. */
export const register = (ctx: Context, { id, redirectUri }: Application) =>
  importToepassing(
    ctx,
    JSON.stringify({
      toepassing: id,
      naam: id,
      omschrijving: "Oefenen",
      aanbieder: "Uitgever",
      start_url: `https://${id}.example/`,
      tint: 3,
      initialen: "Oe",
      clients: [
        { client_id: id, naam: id, soort: "web", client_secret: secret, redirect_uris: [redirectUri] },
      ],
    }),
  );

type Attribute = { readonly attribuut: string; readonly tot?: string };

/** A version of the agreement of an application, in force since long. */
export async function agree(
  ctx: Context,
  { id }: Application,
  versie: number,
  attributen: readonly Attribute[],
): Promise<void> {
  await ctx.sql`
    insert into protocollen.protocol (protocol, versie, toepassing, van, tot, attributen, inhoud, ingevoerd_op)
    values (${id}, ${versie}, ${id}, '2020-01-01', null, ${JSON.stringify(attributen)}, '{}', ${new Date(ctx.clock.now())})`;
}

/** One school where every pupil may open every one of these applications, through the product's own doors where it has them. */
export async function fillSchool(
  ctx: Context,
  options: {
    readonly pupils: number;
    readonly applications: readonly Application[];
    readonly attributes: readonly Attribute[];
    /** Last day of every enrolment. */
    readonly tot?: string;
  },
): Promise<Pupil[]> {
  const random = seeded(7);
  const today: Datum = datumOn(ctx.clock.now());
  const message = (soort: string, sleutel: object, gegevens: object) =>
    JSON.stringify({
      id: `${soort}-1`,
      tijdstip: "2026-09-01T00:00:00Z",
      soort,
      versie: 1,
      sleutel,
      gegevens,
    });
  const keys = Array.from({ length: options.pupils }, (_, n) => ({
    instellingsnummer,
    stamnummer: `S-${n}`,
  }));
  const school = { naam: "De Regenboog", gemeente: "Gent", niveaus: ["lager"], van: "2000-09-01" };
  const lines = [
    message(
      "school",
      { instellingsnummer },
      { ...school, vestigingen: [{ vestiging: "1", naam: "Hoofd", gemeente: "Gent" }] },
    ),
    ...keys.flatMap((key, n) => [
      message("leerling", key, {
        naam: random.pick(["Peeters", "Maes", "Claes"]),
        voornaam: random.pick(["Noor", "Jules", "Mila"]),
        insz: null,
        geboortedatum: "2016-05-02",
      }),
      message("inschrijving", key, {
        inschrijving: `I-${n}`,
        vestiging: "1",
        niveau: "lager",
        leerjaar: 3,
        van: "2020-09-01",
        tot: options.tot ?? null,
        status: "gerealiseerd",
      }),
    ]),
  ];
  const { quarantaine } = await receive(ctx, lines, { bron: "http" });
  if (quarantaine.length > 0) throw new Error(`the school was not taken: ${JSON.stringify(quarantaine)}`);
  for (const one of options.applications) {
    await register(ctx, one);
    await agree(ctx, one, 1, options.attributes);
    await saveKeuze(ctx, { instellingsnummer, toepassing: one.id, van: today });
    await makeVisible(ctx, { instellingsnummer, toepassing: one.id, soort: "school" });
  }
  const hash = await makeHash(ctx.keys, password);
  await ctx.sql`
    insert into sleutels.sleutel (account_uuid, soort, hash, peper, gewijzigd_op)
    select account_uuid, 'eigen', ${hash}, ${ctx.keys.peperId}, now() from leerlingen.account`;
  const registered = await listAccountsOfRegistraties(ctx, keys);
  return registered.flatMap((one) =>
    one.gebruikersnaam ? [{ accountUuid: one.account_uuid, gebruikersnaam: one.gebruikersnaam }] : [],
  );
}
