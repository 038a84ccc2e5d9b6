import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { systemClock } from "#platform/clock";
import { inTransaction, type Context } from "#platform/context";
import { migrate, openDatabase, type Fragment } from "#platform/database";
import { operationsLog } from "#platform/log";
import { schooljaarOn } from "#platform/schooljaar";
import { receive } from "#modules/discimus";
import { makeHash } from "#modules/sleutels";
import { makePartitions } from "#modules/privacylog";
import { importToepassing } from "#modules/toepassingen";
import type { Target } from "./client/sign-in.ts";
import type { Bench, Size } from "./contract.ts";
import { structureVersion, type Cluster } from "./database.ts";
import { benchKeys, writeFeed } from "./world.ts";

export const password = "blauwe fiets 12";

/** Applications of the world. The first is where pupils sign in, the others are opened from the session. */
export const clients: Target["clients"] = Array.from({ length: 11 }, (_, index) => ({
  id: `app-${index}`,
  secret: `geheim-van-toepassing-${index}-en-lang-genoeg`,
  redirectUri: `http://localhost:9999/app-${index}/terug`,
}));

/** A context on a database of the benchmark cluster, with the rights of the server. */
export const benchContext = (url: string): Context => ({
  sql: openDatabase({ url }),
  clock: systemClock(),
  keys: benchKeys,
  log: operationsLog("silent"),
});

/** A migrated database without data, and its name. */
export async function emptyWorld(cluster: Cluster): Promise<string> {
  const name = `leeg_${await structureVersion()}`;
  if (!(await cluster.has(name))) {
    const half = `${name}_half`;
    await migrate(await cluster.create(half), operationsLog("silent"));
    await cluster.rename(half, name);
  }
  return name;
}

/**
 * A database with the pupils of a size, all enrolled today, all with the same password, and applications that every one of
 * them may open. Gives its name, to be used as a template.
 */
export async function loadedWorld(bench: Bench, size: Size): Promise<string> {
  const { cluster } = bench;
  const name = `wereld_${size.toLowerCase()}_${await structureVersion()}`;
  if (await cluster.has(name)) return name;
  const half = `${name}_half`;
  bench.say(`wereld ${size} laden`);
  const url = await cluster.create(half, await emptyWorld(cluster));
  const ctx = benchContext(url);
  const file = join(cluster.folder, `wereld-${size}.ndjson`);
  try {
    await writeFeed(file, { size, delivery: 1 });
    await deliver(ctx, file);
    await givePasswords(ctx);
    await openApplications(ctx);
    await makePartitions(ctx);
  } finally {
    await ctx.sql.end({ timeout: 5 });
    await rm(file, { force: true });
  }
  const owner = openDatabase({ url, max: 1, role: "eigenaar" });
  await owner`vacuum analyze`;
  await owner.end();
  await cluster.rename(half, name);
  return name;
}

async function deliver(ctx: Context, file: string): Promise<void> {
  let lines: string[] = [];
  const take = async () => {
    const { quarantaine } = await receive(ctx, lines, { bron: "http" });
    if (quarantaine[0])
      throw new Error(`the world has a message that is refused: ${JSON.stringify(quarantaine[0])}`);
    lines = [];
  };
  for await (const line of createInterface({ input: createReadStream(file) })) {
    lines.push(line);
    if (lines.length === 20_000) await take();
  }
  await take();
}

/** Everybody the same password and the same hash: checking costs what it always costs, making a million takes hours. */
async function givePasswords(ctx: Context): Promise<void> {
  const hash = await makeHash(ctx.keys, password);
  await ctx.sql`
    insert into sleutels.sleutel (account_uuid, soort, hash, peper, gewijzigd_op)
    select account_uuid, 'eigen', ${hash}, ${ctx.keys.peperId}, now() from leerlingen.account where vervangen_door is null`;
}

async function openApplications(ctx: Context): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    for (const [index, { id, secret, redirectUri }] of clients.entries()) {
      await importToepassing(
        tx,
        JSON.stringify({
          toepassing: id,
          naam: `Toepassing ${index}`,
          omschrijving: "Een toepassing om mee te meten.",
          aanbieder: "Metingen",
          start_url: "http://localhost:9999/",
          tint: 1,
          initialen: "M",
          clients: [
            {
              client_id: id,
              naam: id,
              soort: "web",
              client_secret: secret,
              redirect_uris: [redirectUri],
              id_token_signed_response_alg: "ES256", // as the anchor
            },
          ],
        }),
      );
    }
    const attributen = [
      "Naam",
      "Voornaam",
      "Gebruikersnaam",
      "Leer_id_uuid",
      "Account_uuid",
      "Historiek_account_uuid",
      "Instellingsnummer",
    ];
    await tx.sql`
      insert into protocollen.protocol (protocol, versie, toepassing, van, attributen, inhoud, ingevoerd_op)
      select toepassing, 1, toepassing, '2024-09-01', ${JSON.stringify(attributen.map((attribuut) => ({ attribuut })))}, '{}', now()
        from toepassingen.toepassing`;
    await tx.sql`
      insert into toepassingen.keuze (instellingsnummer, toepassing, van)
      select instellingsnummer, toepassing, '2024-09-01' from scholen.school, toepassingen.toepassing`;
    await tx.sql`
      insert into toepassingen.zichtbaarheid (regel_id, instellingsnummer, toepassing, soort)
      select gen_random_uuid(), instellingsnummer, toepassing, 'school' from toepassingen.keuze`;
  });
}

/** Usernames of pupils, spread over all of them. */
export async function listNames(url: string, count: number): Promise<string[]> {
  const sql = openDatabase({ url, max: 1 });
  try {
    const rows = await sql<{ naam: string }[]>`
      select gebruikersnaam_basis || case when gebruikersnaam_nr > 1 then gebruikersnaam_nr::text else '' end as naam
        from leerlingen.account where vervangen_door is null order by hashtext(account_uuid::text) limit ${count}`;
    return rows.map(({ naam }) => naam);
  } finally {
    await sql.end();
  }
}

/** A school shares class information: its akkoord, and a class (every second time with a subclass) for the pupils of `who`: account and class. */
export async function shareClasses(
  { sql }: Context,
  instellingsnummer: string,
  who: Fragment,
): Promise<void> {
  await sql`insert into akkoorden.overeenkomst (versie, inhoud, ingevoerd_op) values (1, '{}', now()) on conflict do nothing`;
  await sql`
    insert into akkoorden.akkoord (akkoord, instellingsnummer, versie, gegeven_op, gegeven_door, gegeven_naam)
    values (gen_random_uuid(), ${instellingsnummer}, 1, now(), 'vo-meting', 'Meting')`;
  await sql`
    insert into klassen.indeling (instellingsnummer, klas, subklas, account_uuid, van, tot, schooljaar)
    select ${instellingsnummer}, w.klas, case when row_number() over (order by w.account_uuid) % 2 = 0 then w.klas || 'b' end, w.account_uuid,
           '2020-09-01', '2099-08-31', ${schooljaarOn(systemClock().vandaag())}
      from (${who}) w (account_uuid, klas)`;
}
