import { setTimeout as wait } from "node:timers/promises";
import { Connection } from "./connection.ts";
import { quoteName } from "./statement.ts";
import type { Sql } from "./sql.ts";

type Ear = { readonly channel: string; readonly hear: (text: string) => void; readonly opened: () => void };

export type Listener = { close(): Promise<void> };

/** Pause between tries to make a lost connection anew, ms. */
const pause = 250;

/**
 * Hears what is told with NOTIFY on a channel, for as long as it is not closed. All that listen on one pool share one connection
 * beside it, made to `options.direct` when the pool has that. When it is lost it is made again until it stands.
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
  let line: Promise<Connection> | undefined;
  let mending = false;

  const tune = async (connection: Connection, some: Iterable<Ear>): Promise<void> => {
    for (const { channel, opened } of some) {
      await connection.ask({ text: `listen ${quoteName(channel)}` });
      opened();
    }
  };
  const open = async (): Promise<Connection> => {
    const connection = await Connection.open({
      ...pool.options,
      url: pool.options.direct ?? pool.options.url,
    });
    connection.onNotification = (channel, text) => {
      for (const ear of ears) if (ear.channel === channel) ear.hear(text);
    };
    connection.onLost = () => void lost(connection);
    try {
      await tune(connection, [...ears]);
      return connection;
    } catch (error) {
      await connection.destroy();
      throw error;
    }
  };
  const lost = async (connection: Connection): Promise<void> => {
    if ((await line?.catch(() => undefined)) !== connection) return; // it never stood, or is closed by us
    line = undefined;
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
        const connection = await line;
        if (there) await tune(connection, [ear]);
      } catch (error) {
        ears.delete(ear);
        if (!there) line = undefined;
        throw error;
      }
    },
    async remove(ear: Ear): Promise<void> {
      ears.delete(ear);
      if (ears.size > 0) return;
      const connection = await line?.catch(() => undefined);
      line = undefined;
      await connection?.close();
    },
  };
}
