import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { answerCalls } from "#bench/processes";
import { benchContext } from "#bench/load-world";
import { hash, randomToken } from "#platform/crypto";
import { createLeerlingloket } from "#sites/leerlingloket";
import { makeUsage, type Usage } from "./usage.ts";

const counter = makeUsage();
let stop = async () => {};

/** The pupil's launch page as `leerid serve` runs it, with sessions of pupils spread over the world. */
const calls = {
  async start(args: {
    readonly url: string;
    readonly count: boolean;
    readonly sessions: number;
  }): Promise<{ readonly port: number; readonly cookies: string[] }> {
    const ctx = benchContext(await counter.through(args.url, args.count));
    const accounts = await ctx.sql<{ account_uuid: string }[]>`
      select account_uuid from leerlingen.account where vervangen_door is null order by hashtext(account_uuid::text) limit ${args.sessions}`;
    const sessies = accounts.map(({ account_uuid }) => ({ account_uuid, id: randomToken() }));
    await ctx.sql`
      insert into leerlingloket.sessie (id_hash, sid, account_uuid, id_token, verloopt_op)
      select decode(v.h, 'hex'), v.h, v.a, 'token', now() + interval '1 hour'
        from unnest(${sessies.map(({ id }) => hash(id).toString("hex"))}::text[], ${sessies.map((one) => one.account_uuid)}::uuid[]) as v (h, a)`;
    const { app: site } = createLeerlingloket(ctx, {
      acm: "http://localhost:1",
      leerlingloket: "http://localhost:2",
    });
    const server = createServer({ keepAliveTimeout: 65_000 }, getRequestListener(site.fetch));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    stop = async () => {
      server.closeAllConnections();
      server.close();
      await ctx.sql.end({ timeout: 2 });
    };
    return {
      port: (server.address() as AddressInfo).port,
      cookies: sessies.map(({ id }) => `leerlingloket=${id}`),
    };
  },
  usage: (_: undefined): Usage => counter.usage(),
};
export type LaunchpadCalls = typeof calls;

answerCalls(calls, () => stop());
