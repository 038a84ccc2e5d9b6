import { randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { inSchool, type Context } from "#platform/context";
import { hash, randomToken } from "#platform/crypto";
import { receive } from "#modules/discimus";
import { loadDirecteursopdrachten } from "#modules/rechten";
import { createSchoolloket } from "#sites/schoolloket";
import { testDatabase, type TestDatabase } from "./database.ts";
import { inschrijvingRegel, leerlingRegel, opdrachtRegel, schoolRegel } from "./discimus.ts";

const urls = {
  acm: "http://acm.test",
  schoolloket: "http://schoolloket.test",
  leerlingloket: "http://leerid.test",
};

/** Who knocks at the Schoolloket: a session with what the upstream said of a member of staff. */
export type Staff = {
  readonly voId?: string;
  readonly rollen?: readonly string[];
  readonly orgcodes?: readonly string[];
  readonly instellingsnummer?: string | null;
};

export type SchoolWorld = TestDatabase & {
  readonly app: Hono;
  /** The cookie of a fresh session. */
  sessieOf(wie: Staff): Promise<string>;
  get(path: string, cookie?: string): Promise<Response>;
  /** A form posted by one of our own pages, unless the headers say otherwise. */
  post(
    path: string,
    cookie?: string,
    velden?: Readonly<Record<string, string>> | URLSearchParams,
    headers?: Record<string, string>,
  ): Promise<Response>;
  deliver(...regels: string[]): Promise<void>;
  /** The weekly upload, as if a Monday lay between now and the last delivery (R62). */
  load(): Promise<void>;
  accountOf(stamnummer: string, school?: string): Promise<string>;
  /** Work behind the wall of one school. */
  inSchool<T>(nummer: string, work: (ctx: Context) => Promise<T>): Promise<T>;
};

/** Where the Schoolloket of these tests believes to be. */
export const eigenAdres = urls.schoolloket;

export const beheerder: Staff = { voId: "vo-beheerder", rollen: ["LeerIDBeheerder:999001"] };
export const directeur: Staff = { voId: "vo-1" };

/**
 * A Schoolloket on a fresh database with two schools: 999001 De Regenboog (pupils a1 Noor Peeters and a2, director vo-1) and
 * 999002 Sint-Jozef (pupil b1 Łucja Vreemdeling, director vo-2). Sessions are put in directly: the way in is tested with ACM.
 */
export async function schoolwereld(): Promise<SchoolWorld> {
  const db = await testDatabase();
  const { app } = await createSchoolloket(db.ctx, urls);
  const deliver = async (...regels: string[]) => {
    const answer = await receive(db.ctx, regels, { bron: "http" });
    if (answer.quarantaine.length > 0) throw new Error(JSON.stringify(answer.quarantaine));
  };
  await deliver(
    schoolRegel(),
    schoolRegel({ school: "999002" }, { naam: "Sint-Jozef", niveaus: ["secundair"] }),
    leerlingRegel("a1"),
    inschrijvingRegel("a1"),
    leerlingRegel("a2", {}, { naam: "De Smet", voornaam: "Amir" }),
    inschrijvingRegel("a2", {}, { leerjaar: 4 }),
    leerlingRegel("b1", { school: "999002" }, { naam: "Vreemdeling", voornaam: "Łucja" }),
    inschrijvingRegel("b1", { school: "999002" }, { niveau: "secundair", leerjaar: 1 }),
    opdrachtRegel("o1"),
    opdrachtRegel("o2", { school: "999002" }, { persoon: { vo_id: "vo-2", naam: "Maes", voornaam: "Bo" } }),
  );
  const load = async () => {
    await db.sql.begin(async (tx) => {
      await tx`set local role none`; // the role that serves removes no uploads
      await tx`delete from rechten.lading`;
    });
    await loadDirecteursopdrachten(db.ctx);
  };
  await load();
  return {
    ...db,
    app,
    deliver,
    load,
    async sessieOf({ voId = "vo-niemand", rollen = [], orgcodes = [], instellingsnummer = null }) {
      const id = randomToken();
      await db.sql`
        insert into schoolloket.sessie (sessie, id_hash, sid, vo_id, naam, voornaam, orgcodes, rollen, instellingsnummer, id_token, verloopt_op)
        values (${randomUUID()}, ${hash(id)}, 'sid', ${voId}, 'Janssens', 'Kim', ${[...orgcodes]}, ${[...rollen]},
                ${instellingsnummer}, 'token', ${new Date(db.clock.now() + 8 * 3_600_000)})`;
      return `schoolloket=${id}`;
    },
    get: async (path, cookie) =>
      app.request(`${urls.schoolloket}${path}`, { headers: cookie ? { cookie } : {} }),
    post: async (path, cookie, velden = {}, headers = { origin: urls.schoolloket }) =>
      app.request(`${urls.schoolloket}${path}`, {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          ...(cookie ? { cookie } : {}),
          ...headers,
        },
        body: new URLSearchParams(velden as Record<string, string>).toString(),
      }),
    async accountOf(stamnummer, school = "999001") {
      const [row] = await db.sql<{ account_uuid: string }[]>`
        select account_uuid from leerlingen.registratie where stamnummer = ${stamnummer} and instellingsnummer = ${school}`;
      if (!row) throw new Error("no such pupil");
      return row.account_uuid;
    },
    inSchool: (nummer, work) => inSchool(db.ctx, [nummer], work),
  };
}
