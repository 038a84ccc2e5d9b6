import { randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { hash, randomToken } from "#platform/crypto";
import { receive } from "#modules/discimus";
import { importSchoolsoftware } from "#modules/schoolsoftware";
import { createBeheer } from "#sites/beheer";
import { testDatabase, type TestDatabase } from "./database.ts";
import { schoolRegel } from "./discimus.ts";

const urls = {
  acm: "http://acm.test",
  beheer: "http://beheer.test",
  schoolloket: "http://schoolloket.test",
};
const dov = "OVO999901";

/** Who knocks at beheer, as the upstream says. */
export type Wie = {
  readonly doelgroepcode?: string;
  readonly orgcodes?: readonly string[];
  readonly rollen?: readonly string[];
};

export const medewerker: Wie = { rollen: [`LeerIDMedewerker:${dov}`] };
export const dpo: Wie = { rollen: [`LeerIDDpo:${dov}`] };

export type BeheerWorld = TestDatabase & {
  readonly app: Hono;
  /** The cookie of a fresh session; of the department unless said otherwise. */
  sessieOf(wie: Wie): Promise<string>;
  get(path: string, cookie?: string): Promise<Response>;
  /** A form posted by one of our own pages, unless the headers say otherwise. */
  post(
    path: string,
    cookie?: string,
    velden?: Readonly<Record<string, string>>,
    headers?: Record<string, string>,
  ): Promise<Response>;
};

/** Where the beheer of these tests believes to be. */
export const eigenAdres = urls.beheer;

/**
 * Three schools: 999001 De Regenboog (Wisa since 2020), 999002 Sint-Jozefscollege (Informat; before this school year its number was
 * 999012) and 999003 Atheneum Ter Beuke (none), and the packages Broekx, Informat, Wisa and Rekenmap, which delivers no classes.
 */
export async function withScholen(w: BeheerWorld): Promise<void> {
  await receive(
    w.ctx,
    [
      schoolRegel(),
      schoolRegel({ school: "999002" }, { naam: "Sint-Jozefscollege", gemeente: "Brugge" }),
      schoolRegel(
        { school: "999012" },
        { naam: "Sint-Jozefsinstituut", gemeente: "Brugge", tot: "2026-08-31", opvolger: "999002" },
      ),
      schoolRegel({ school: "999003" }, { naam: "Atheneum Ter Beuke", gemeente: "Sint-Niklaas" }),
    ],
    { bron: "http" },
  );
  const pakket = (naam: string, levert = true) => ({
    pakket: naam.toLowerCase(),
    naam,
    levert_klasinformatie: levert,
    publieke_sleutels: [],
  });
  await importSchoolsoftware(
    w.ctx,
    JSON.stringify({
      pakketten: [pakket("Broekx"), pakket("Informat"), pakket("Wisa"), pakket("Rekenmap", false)],
      scholen: [
        { instellingsnummer: "999001", pakket: "wisa", van: "2020-09-01" },
        { instellingsnummer: "999012", pakket: "informat", van: "2019-09-01" },
      ],
    }),
  );
}

/** A file as intake leaves it behind, without what was in it. */
export async function levering(
  w: BeheerWorld,
  one: {
    readonly pakket?: string;
    readonly school?: string;
    readonly status?: string;
    readonly op: string;
  },
): Promise<void> {
  const { pakket = "wisa", school = "999001", status = "verwerkt", op } = one;
  await w.sql`
    insert into leveringen.levering (levering, pakket, naam, instellingsnummer, schooljaar, tijdstip, kanaal, inhoud_hash, bytes, status,
                                         ontvangen_op, klaar_op, ontvangst)
    values (${randomUUID()}, ${pakket}, ${`${randomUUID()}.csv`}, ${school}, '2026-2027', ${op}, 'sftp', '\\x00', 100, ${status}, ${op}, ${op}, '{}')`;
}

/** Beheer on a fresh database. Sessions are put in directly: the way in is tested with ACM. */
export async function beheerwereld(): Promise<BeheerWorld> {
  const db = await testDatabase();
  const { app } = await createBeheer(db.ctx, { urls, dov });
  return {
    ...db,
    app,
    async sessieOf({ doelgroepcode = "GID", orgcodes = [dov], rollen = [] }) {
      const id = randomToken();
      await db.sql`
        insert into beheer.sessie (sessie, id_hash, sid, vo_id, naam, voornaam, doelgroepcode, orgcodes, rollen, id_token, verloopt_op)
        values (${randomUUID()}, ${hash(id)}, 'sid', 'vo-dov', 'Maes', 'Sofie', ${doelgroepcode}, ${[...orgcodes]}, ${[...rollen]}, 'token',
                ${new Date(db.clock.now() + 8 * 3_600_000)})`;
      return `beheer=${id}`;
    },
    get: async (path, cookie) => app.request(`${urls.beheer}${path}`, { headers: cookie ? { cookie } : {} }),
    post: async (path, cookie, velden = {}, headers = { origin: urls.beheer }) =>
      app.request(`${urls.beheer}${path}`, {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          ...(cookie ? { cookie } : {}),
          ...headers,
        },
        body: new URLSearchParams(velden).toString(),
      }),
  };
}
