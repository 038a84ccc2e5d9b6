import { closedLoop, type LoopOptions, type LoopRun } from "#bench/client/loop";
import { benchContext } from "#bench/load-world";
import { answerCalls } from "#bench/processes";
import { startAllUpkeep } from "#leerid";
import type { Context } from "#platform/context";
import { listRegelsOf, regelSql, type Logregel } from "#modules/privacylog";
import { makeUsage, type Usage } from "./usage.ts";

const counter = makeUsage();
let ctx: Context | undefined;
let stop = async () => {};
let accounts: readonly string[] = [];
let next = 0;

const nextAccount = (): string => accounts[next++ % accounts.length] ?? "";

const regel = (accountUuid: string): Logregel => ({
  tijdstip: Date.now(),
  soort: "verstrekking",
  accountUuid,
  attributen: ["Naam", "Voornaam", "Gebruikersnaam", "Leer_id_uuid", "Account_uuid", "Instellingsnummer"],
  ontvanger: "app-1",
  protocol: "app-1@1",
  aanleiding: "aanmelding",
});

/** The privacy log by itself: what a record adds to a commit, and what a pupil's last fifty cost to read. */
const calls = {
  async start(args: { readonly url: string }): Promise<void> {
    const here = benchContext(args.url);
    ctx = here;
    const rows = await here.sql<{ account_uuid: string }[]>`
      select account_uuid from leerlingen.account where vervangen_door is null order by hashtext(account_uuid::text) limit 2000`;
    accounts = rows.map((row) => row.account_uuid);
    // Records are sealed within a second: that belongs to what they cost.
    const upkeep = startAllUpkeep(here, {});
    stop = async () => {
      await upkeep.stop();
      await here.sql.end({ timeout: 2 });
    };
  },

  /** One row, one commit, as redeeming a code; with or without its record in the same statement. */
  commits(args: LoopOptions & { readonly logged: boolean }): Promise<LoopRun> {
    const { sql } = opened();
    return closedLoop(args, async () => {
      const account = nextAccount();
      const record = args.logged ? sql`, ${regelSql(sql, regel(account), "gebruikt")}` : sql``;
      await sql`
        with gebruikt as (insert into public.kale_code (account_uuid) values (${account}) returning 1) ${record} select from gebruikt`;
      return true;
    });
  },

  /** The last fifty records of ever another pupil, by the product or by the statement alone. */
  last(args: LoopOptions & { readonly raw: boolean }): Promise<LoopRun> {
    const here = opened();
    return closedLoop(args, async () => {
      const account = nextAccount();
      const rows = args.raw
        ? await here.sql`
            select nr, tijdstip, soort, attributen, ontvanger, protocol from privacylog.regel
             where account_uuid = ${account} order by tijdstip desc, nr desc limit 50`
        : await listRegelsOf(here, [account], 50);
      if (rows.length !== 50) throw new Error(`${rows.length} records`);
      return true;
    });
  },

  usage: (_: undefined): Usage => counter.usage(),
};
export type PrivacyLogCalls = typeof calls;

function opened(): Context {
  if (!ctx) throw new Error("start first");
  return ctx;
}

answerCalls(calls, () => stop());
