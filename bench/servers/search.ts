import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { closedLoop, type LoopOptions, type LoopRun } from "#bench/client/loop";
import { benchContext } from "#bench/load-world";
import { answerCalls } from "#bench/processes";
import { hash, randomToken } from "#platform/crypto";
import { createSchoolloket } from "#sites/schoolloket";
import { makeUsage, type Usage } from "./usage.ts";

const counter = makeUsage();
let stop = async () => {};
let ctx: ReturnType<typeof benchContext> | undefined;

/** What is searched: one class of a school, the beginning of a name, or a part of one. */
export type SearchQuery = { readonly klas: string } | { readonly begin: string } | { readonly deel: string };

/** The Schoolloket as `leerid serve` runs it with a session of a beheerder, and beside it the bare query. */
const calls = {
  async start(args: {
    readonly url: string;
    readonly count: boolean;
    readonly school: string;
  }): Promise<{ readonly port: number; readonly cookies: string[] }> {
    const here = benchContext(await counter.through(args.url, args.count));
    ctx = here;
    const id = randomToken();
    await here.sql`
      insert into schoolloket.sessie (sessie, id_hash, sid, vo_id, naam, voornaam, orgcodes, rollen, instellingsnummer, id_token, verloopt_op)
      values (${randomUUID()}, ${hash(id)}, 'sid', 'vo-meting', 'Meting', 'Mia', '{}', ${[`LeerIDBeheerder:${args.school}`]},
              ${args.school}, 'token', now() + interval '1 hour')`;
    const { app: site } = await createSchoolloket(here, {
      acm: "http://localhost:1",
      schoolloket: "http://localhost:2",
      leerlingloket: "http://localhost:3",
    });
    const server = createServer({ keepAliveTimeout: 65_000 }, getRequestListener(site.fetch));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    stop = async () => {
      server.closeAllConnections();
      server.close();
      await here.sql.end({ timeout: 2 });
    };
    return { port: (server.address() as AddressInfo).port, cookies: [`schoolloket=${id}`] };
  },

  /** The anchor: fifty pupils and their number, by a statement as anyone would write it, without wall, session or page. */
  async raw(
    args: LoopOptions & { readonly school: string; readonly zoek: SearchQuery; readonly expect: number },
  ): Promise<LoopRun> {
    const { sql } = ctx ?? {};
    if (!sql) throw new Error("not started");
    const { zoek } = args;
    const where = () => {
      if ("klas" in zoek)
        return sql`exists (select from klassen.indeling d where d.instellingsnummer = r.instellingsnummer and d.klas = ${zoek.klas}
                            and d.account_uuid = r.account_uuid and d.van <= current_date and d.tot >= current_date)`;
      if ("begin" in zoek) return sql`(r.zoek like ${`${zoek.begin}%`} or r.zoek like ${`% ${zoek.begin}%`})`;
      return sql`r.zoek like ${`%${zoek.deel}%`}`;
    };
    return closedLoop(args, async () => {
      const rows = await sql<{ totaal: number }[]>`
        select a.account_uuid, r.naam, r.voornaam, a.gebruikersnaam_basis, a.gebruikersnaam_nr, a.leer_id_uuid, i.niveau, i.leerjaar,
               i.administratieve_groep, i.van, i.tot, s.soort, s.uitgereikt_op, s.eerst_gebruikt_op, count(*) over () as totaal
          from leerlingen.registratie r
          join inschrijvingen.inschrijving i using (instellingsnummer, stamnummer)
          join leerlingen.account a using (account_uuid)
          left join sleutels.sleutel s using (account_uuid)
         where r.instellingsnummer = ${args.school} and not i.geannuleerd and (i.tot is null or i.tot >= current_date) and ${where()}
         order by r.zoek, a.account_uuid limit 50`;
      if (rows[0]?.totaal !== args.expect) throw new Error(`${rows[0]?.totaal} pupils, not ${args.expect}`);
      return true;
    });
  },
  usage: (_: undefined): Usage => counter.usage(),
};
export type SearchCalls = typeof calls;

answerCalls(calls, () => stop());
