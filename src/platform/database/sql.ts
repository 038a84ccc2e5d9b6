import type { Connection, ConnectionOptions } from "./connection.ts";
import { makePool, type Load, type Pool } from "./pool.ts";
import {
  Identifier,
  Insert,
  Statement,
  type Fragment,
  type Row,
  type Rows,
  type Runner,
} from "./statement.ts";
import { transactionOn } from "./transaction.ts";
import type { Value } from "./values.ts";

export type PoolOptions = ConnectionOptions & {
  /** Connections at most. */
  readonly max?: number;
  /** Counts statements for tests and benchmarks. */
  readonly onStatement?: (text: string) => void;
  /** An address that is PostgreSQL itself, when `url` is a pooler that keeps no session: to listen. */
  readonly direct?: string | undefined;
};

/** A pool of connections, or a transaction on one of them: statements are tagged templates. */
export type Sql = {
  /** A statement; or a part of one, when it stands inside another. Values go beside the text. */
  <T extends readonly object[] = Row[]>(
    strings: TemplateStringsArray,
    ...values: readonly (Value | Fragment | readonly Fragment[] | Identifier | Insert)[]
  ): Statement<T>;
  /** A name: of a table, also `schema.table`, a column, a channel. */
  (name: string): Identifier;
  /** What comes after `insert into table`: the columns and values of a row, or of rows that have the same columns. */
  (rows: InsertRow | readonly InsertRow[]): Insert;
  /** A text that is not of this house, or holds several statements. Never with anything that a user typed. */
  unsafe<T extends readonly object[] = Row[]>(text: string): Promise<Rows<T>>;
  /** Runs `work` in one transaction: see `transaction`. Only on a pool. */
  begin<T>(work: (tx: Sql) => Promise<T>, options?: string): Promise<T>;
  /** Lets what is under way end, `timeout` seconds at most, and closes all connections. Only on a pool. */
  end(options?: { readonly timeout?: number }): Promise<void>;
  /** How busy the pool is now. Only on a pool. */
  load(): Load;
  readonly options: PoolOptions & { readonly max: number };
  readonly inTransaction: boolean;
};
type InsertRow = Readonly<Record<string, Value>>;

/** Opens a pool. Connections are made when first needed and replaced after a database restart. */
export function openDatabase(options: PoolOptions): Sql {
  const max = options.max ?? 10;
  const pool = makePool(options, max);
  const own = { ...options, max };
  return makeSql(poolRunner(pool, own.onStatement), {
    options: own,
    inTransaction: false,
    end: ({ timeout } = {}) => pool.end(timeout),
    load: pool.load,
    begin: (work, settings = "") =>
      transactionOn(pool, settings, own.onStatement, (runner) =>
        work(
          makeSql(runner, {
            options: own,
            inTransaction: true,
            end: () => notHere("end"),
            load: () => notHere("load"),
            begin: () => notHere("begin"),
          }),
        ),
      ),
  });
}

/** Runs `work` in one transaction on one connection: all of it is committed, or nothing. `options` as in BEGIN. */
export function transaction<T>(sql: Sql, work: (tx: Sql) => Promise<T>, options = ""): Promise<T> {
  return sql.begin(work, options);
}

const notHere = (what: string): never => {
  throw new Error(`${what} inside a transaction`);
};

function makeSql(
  runner: Runner,
  rest: Pick<Sql, "begin" | "end" | "load" | "options" | "inTransaction">,
): Sql {
  const sql = (
    first: TemplateStringsArray | string | InsertRow | readonly InsertRow[],
    ...values: unknown[]
  ) => {
    if (typeof first === "string") return new Identifier(first);
    if (!Array.isArray(first)) return new Insert([first as InsertRow]);
    return "raw" in first
      ? new Statement(first as unknown as TemplateStringsArray, values, runner)
      : new Insert(first as readonly InsertRow[]);
  };
  const unsafe = (text: string) => runner.run({ text });
  return Object.assign(sql, { unsafe, ...rest }) as unknown as Sql;
}

/** Each statement on a connection of its own, which is given back with the answer. */
function poolRunner(pool: Pool, note?: (text: string) => void): Runner {
  const run: Runner["run"] = (call) =>
    new Promise((resolve, reject) => {
      pool.take((connection) => {
        note?.(call.text);
        connection.run(call, (error, answer) => {
          if (answer) {
            pool.give(connection);
            return resolve(answer.rows);
          }
          // The server has forgotten the statement, or what it gives has changed: nothing of it ran. Others will find the same
          // on this connection.
          if (!call.name || !isOutdated(error)) {
            pool.give(connection);
            return reject(error as Error);
          }
          pool.discard(connection);
          resolve(run({ ...call, name: undefined }));
        });
      }, reject);
    });
  const copy: Runner["copy"] = async (text, lines) => {
    const connection = await new Promise<Connection>((resolve, reject) => pool.take(resolve, reject));
    note?.(text);
    try {
      await connection.copy(text, lines);
    } finally {
      pool.give(connection);
    }
  };
  return { run, copy };
}

/** A prepared statement that is gone (26000), or whose plan gives other columns than it did (0A000). */
function isOutdated(error: unknown): boolean {
  const { code, routine } = error as { code?: unknown; routine?: unknown };
  return code === "26000" || (code === "0A000" && routine === "RevalidateCachedQuery");
}
