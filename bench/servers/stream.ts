import { closedLoop, type LoopOptions, type LoopRun } from "#bench/client/loop";
import { benchContext } from "#bench/load-world";
import { answerCalls } from "#bench/processes";
import { message } from "#bench/world";
import type { Context } from "#platform/context";
import { receive } from "#modules/discimus";
import { makeUsage, type Usage } from "./usage.ts";

const counter = makeUsage();
let ctx: Context | undefined;
let next = 0;

/** Single messages, each answered after its commit; and the anchor, one row committed by itself, from the same process. */
const calls = {
  async start(args: { readonly url: string; readonly count: boolean }): Promise<void> {
    ctx = benchContext(await counter.through(args.url, args.count));
  },
  async messages(
    args: LoopOptions & { readonly pupils: number; readonly schools: number },
  ): Promise<LoopRun> {
    const context = opened();
    return closedLoop(args, async () => {
      const { verwerkt } = await receive(context, [message(next++, args)], { bron: "http" });
      if (verwerkt !== 1) throw new Error("a message was not taken");
      return true;
    });
  },
  async rows(args: LoopOptions): Promise<LoopRun> {
    const { sql } = opened();
    return closedLoop(args, async () => {
      const number = next++;
      await sql`
        insert into public.rauw (nummer, instellingsnummer, stamnummer, naam, voornaam, geboortedatum, versie, tijdstip)
        values (${number}, '100001', ${String(number)}, 'Peeters', 'Noor', '2015-03-01', 1, ${new Date()})`;
      return true;
    });
  },
  usage: (_: undefined): Usage => counter.usage(),
};
export type StreamCalls = typeof calls;

function opened(): Context {
  if (!ctx) throw new Error("start first");
  return ctx;
}

answerCalls(calls, async () => ctx?.sql.end({ timeout: 2 }));
