import { randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { hash, randomToken } from "#platform/crypto";
import { createBeheer } from "#sites/beheer";
import { testDatabase, type TestDatabase } from "./database.ts";

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

export type Beheerwereld = TestDatabase & {
  readonly app: Hono;
  /** The cookie of a fresh session; of the department unless said otherwise. */
  sessieVan(wie: Wie): Promise<string>;
  get(pad: string, cookie?: string): Promise<Response>;
  /** A form posted by one of our own pages, unless the headers say otherwise. */
  post(
    pad: string,
    cookie?: string,
    velden?: Readonly<Record<string, string>>,
    headers?: Record<string, string>,
  ): Promise<Response>;
};

/** Beheer on a fresh database. Sessions are put in directly: the way in is tested with ACM. */
export async function beheerwereld(): Promise<Beheerwereld> {
  const db = await testDatabase();
  const app = createBeheer(db.ctx, { urls, dov });
  return {
    ...db,
    app,
    async sessieVan({ doelgroepcode = "GID", orgcodes = [dov], rollen = [] }) {
      const id = randomToken();
      await db.sql`
        insert into beheer.sessie (sessie, id_hash, sid, vo_id, naam, voornaam, doelgroepcode, orgcodes, rollen, id_token, verloopt_op)
        values (${randomUUID()}, ${hash(id)}, 'sid', 'vo-dov', 'Maes', 'Sofie', ${doelgroepcode}, ${[...orgcodes]}, ${[...rollen]}, 'token',
                ${new Date(db.clock.now() + 8 * 3_600_000)})`;
      return `beheer=${id}`;
    },
    get: async (pad, cookie) => app.request(`${urls.beheer}${pad}`, { headers: cookie ? { cookie } : {} }),
    post: async (pad, cookie, velden = {}, headers = { origin: urls.beheer }) =>
      app.request(`${urls.beheer}${pad}`, {
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
