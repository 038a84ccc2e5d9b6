import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Target } from "#bench/client/sign-in";
import { answerCalls } from "#bench/processes";
import { benchContext, clients } from "#bench/load-world";
import { openAcmPool, startAllUpkeep } from "#leerid";
import { createMetrics } from "#platform/metrics";
import { matches } from "#modules/sleutels";
import { createAcm } from "#sites/acm";
import { makeUsage, type Usage } from "./usage.ts";

const counter = makeUsage();
let stop = async () => {};
let hashing = false;

/** Another number of connections than the product's own, to compare. */
const connections = (): number | undefined => Number(process.env["LEERID_BENCH_VERBINDINGEN"]) || undefined;

/** The product's ACM as `leerid serve` runs it, maintenance and metrics included. */
const calls = {
  async start(args: { readonly url: string; readonly count: boolean }): Promise<Target> {
    const ctx = benchContext(await counter.through(args.url, args.count));
    const server = createServer({ keepAliveTimeout: 65_000 });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const local = `http://localhost:${port}`;
    const sql = openAcmPool(ctx, connections());
    const acm = await createAcm({
      ctx: { ...ctx, sql },
      acmUrl: local,
      apiUrl: "http://localhost:1",
      loketUrl: "http://localhost:2",
      allowPrivateNetwork: true,
      matches: (...check) => (hashing ? matches(...check) : Promise.resolve(true)),
    });
    const metrics = createMetrics(ctx, { version: "bench", role: "serve" });
    server.on("request", metrics.measured("acm", acm.handler));
    const upkeep = args.count ? undefined : startAllUpkeep(ctx, {});
    stop = async () => {
      await upkeep?.stop();
      await acm.close();
      await Promise.all([sql.end({ timeout: 2 }), metrics.close()]);
      await ctx.sql.end({ timeout: 2 });
    };
    return {
      port,
      authPath: "/op/v1/auth",
      tokenPath: "/op/v1/token",
      scope: "openid profile leerid",
      fields: { name: "gebruikersnaam", password: "wachtwoord" },
      clients,
    };
  },
  /** Whether passwords are really checked from now on. Without, every one is right at once, to see what the rest costs. */
  hash(on: boolean): void {
    hashing = on;
  },
  usage: (_: undefined): Usage => counter.usage(),
};
export type AcmCalls = typeof calls;

answerCalls(calls, () => stop());
