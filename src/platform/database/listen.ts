import { setTimeout as wait } from "node:timers/promises";
import type postgres from "postgres";
import { postgres as client } from "./client.ts";
import type { Sql } from "./sql.ts";

type Ear = { readonly channel: string; readonly hear: (text: string) => void; readonly opened: () => void };

export type Listener = { close(): Promise<void> };

/** Pause between tries to make a lost connection anew, ms. */
const pause = 250;

/**
 * Hears what is told with NOTIFY on a channel, for as long as it is not closed. All that listen on one pool share one connection
 * beside it. When that is lost it is made again until it stands. (The listening of the client library itself may lose a
 * channel for good when the server is not back at the first try.)
 * @param hear gets the text of each notification
 * @param opened runs whenever listening begins, also after a loss: what was told meanwhile has to be read then
 * @throws when the database cannot be reached the first time
 */
export async function listen(
  sql: Sql,
  channel: string,
  hear: (text: string) => void,
  opened: () => void,
): Promise<Listener> {
  const station = stations.get(sql) ?? makeStation(sql);
  stations.set(sql, station);
  const ear: Ear = { channel, hear, opened };
  await station.add(ear);
  return { close: () => station.remove(ear) };
}

const stations = new WeakMap<Sql, ReturnType<typeof makeStation>>();

function makeStation(pool: Sql) {
  const ears = new Set<Ear>();
  let line: Promise<postgres.Sql> | undefined;
  let mending = false;

  const tune = async (sql: postgres.Sql, some: Iterable<Ear>): Promise<void> => {
    for (const { channel, opened } of some) {
      await sql`listen ${sql(channel)}`;
      opened();
    }
  };
  const open = async (): Promise<postgres.Sql> => {
    const own = {
      ...pool.options,
      max: 1,
      idle_timeout: null,
      max_lifetime: null,
      fetch_types: false,
      onnotify: (channel: string, text: string) => {
        for (const ear of ears) if (ear.channel === channel) ear.hear(text);
      },
      onclose: () => void lost(sql),
    };
    const sql: postgres.Sql = client(
      own as unknown as postgres.Options<Record<string, postgres.PostgresType>>,
    );
    try {
      await tune(sql, [...ears]);
      return sql;
    } catch (error) {
      await sql.end({ timeout: 0 });
      throw error;
    }
  };
  const lost = async (sql: postgres.Sql): Promise<void> => {
    if ((await line?.catch(() => undefined)) !== sql) return; // it never stood, or is closed by us
    line = undefined;
    await sql.end({ timeout: 0 });
    if (mending) return;
    mending = true;
    while (ears.size > 0 && !line) {
      line = open();
      await line.catch(async () => {
        line = undefined;
        await wait(pause, undefined, { ref: false });
      });
    }
    mending = false;
  };
  return {
    async add(ear: Ear): Promise<void> {
      ears.add(ear);
      const there = line;
      line ??= open();
      try {
        const sql = await line;
        if (there) await tune(sql, [ear]);
      } catch (error) {
        ears.delete(ear);
        if (!there) line = undefined;
        throw error;
      }
    },
    async remove(ear: Ear): Promise<void> {
      ears.delete(ear);
      if (ears.size > 0) return;
      const sql = await line?.catch(() => undefined);
      line = undefined;
      await sql?.end({ timeout: 1 });
    },
  };
}
