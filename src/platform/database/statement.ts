import { createHash } from "node:crypto";
import { castOf, encode, type Value } from "./values.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- who knows the columns says so: sql<Row[]>`…`
export type Row = Record<string, any>;

/** The rows of a statement, and how many it returned or touched. */
export type Rows<T extends readonly object[] = Row[]> = T & { readonly count: number };

/** A statement ready to be sent. Without a name it is parsed each time: its text will hardly come back. */
export type Call = {
  readonly text: string;
  readonly name?: string | undefined;
  readonly values?: (string | Buffer | null)[];
  /** Where it stands in the code, as lines of a stack: what fails is told from there. */
  readonly from?: string;
};

/** Where statements of a pool or a transaction go. */
export type Runner = {
  run(call: Call): Promise<Rows>;
  /** Sends data to a COPY … FROM STDIN; see `copyIn`. */
  copy(text: string, lines: Iterable<string>): Promise<void>;
};

/** A part of a statement that is written out in its text. */
abstract class Part {
  /** What tells its text from all others with the same templates; the values it brings go in `found`. */
  abstract collect(found: Found): void;
  abstract write(text: Text): void;
}

type Found = { key: string; values: (string | Buffer | null)[]; once: boolean };
type Text = { sql: string; count: number };

/** The name of a table, a column or a channel; `schema.table` is two names. */
export class Identifier extends Part {
  readonly #quoted: string;
  constructor(name: string) {
    super();
    this.#quoted = name.split(".").map(quoteName).join(".");
  }
  override collect(found: Found): void {
    found.key += this.#quoted;
  }
  override write(text: Text): void {
    text.sql += this.#quoted;
  }
}
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The columns and values of an insert; all rows have the columns of the first. */
export class Insert extends Part {
  readonly #rows: readonly Readonly<Record<string, Value>>[];
  readonly #columns: readonly string[];
  constructor(rows: readonly Readonly<Record<string, Value>>[]) {
    super();
    if (!rows[0]) throw new TypeError("an insert of no rows");
    this.#rows = rows;
    this.#columns = Object.keys(rows[0]);
  }
  override collect(found: Found): void {
    if (this.#rows.length > 1) found.once = true;
    found.key += `i${this.#columns.join()}`;
    for (const row of this.#rows) for (const column of this.#columns) take(found, row[column]);
  }
  override write(text: Text): void {
    text.sql += `(${this.#columns.map(quoteName).join()}) values `;
    for (const [index, row] of this.#rows.entries()) {
      text.sql += index === 0 ? "(" : ",(";
      for (const [at, column] of this.#columns.entries()) {
        if (at > 0) text.sql += ",";
        place(text, row[column]);
      }
      text.sql += ")";
    }
  }
}

function take(found: Found, value: unknown): void {
  found.values.push(encode(value));
  found.key += castOf(value) || "$";
}
function place(text: Text, value: unknown): void {
  text.sql += `$${++text.count}${castOf(value)}`;
}

/**
 * A statement as written. It is sent when somebody waits for it, or by `execute`; inside another one it is only a part of that
 * text, with its values.
 */
export class Statement<T extends readonly object[] = Row[]> extends Part implements Promise<Rows<T>> {
  readonly #template: Template;
  readonly #values: readonly unknown[];
  readonly #runner: Runner;
  #answer: Promise<Rows<T>> | undefined;

  constructor(strings: TemplateStringsArray, values: readonly unknown[], runner: Runner) {
    super();
    this.#template = templateOf(strings);
    this.#values = values;
    this.#runner = runner;
  }

  /** Sends it now, before what is asked next. */
  execute(): this {
    this.#start();
    return this;
  }

  /** Sends it as a COPY … FROM STDIN with these lines; see `copyIn`. */
  copy(lines: Iterable<string>): Promise<void> {
    return this.#runner.copy(callOf(this, this.#template.from).text, lines);
  }

  #start(): Promise<Rows<T>> {
    if (this.#answer) return this.#answer;
    try {
      const call = callOf(this, this.#template.from);
      this.#answer = this.#runner.run(call) as unknown as Promise<Rows<T>>;
    } catch (error) {
      this.#answer = Promise.reject(error as Error);
    }
    return this.#answer;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- waiting for it is what sends it
  then<A = Rows<T>, B = never>(
    done?: ((rows: Rows<T>) => A | PromiseLike<A>) | null,
    failed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#start().then(done, failed); // oxlint-disable-line promise/no-callback-in-promise -- it is `then` itself
  }
  catch<B = never>(failed?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<Rows<T> | B> {
    return this.#start().catch(failed);
  }
  finally(done?: (() => void) | null): Promise<Rows<T>> {
    return this.#start().finally(done);
  }
  get [Symbol.toStringTag](): string {
    return "Statement";
  }

  override collect(found: Found): void {
    found.key += `${this.#template.number}(`;
    for (const value of this.#values) {
      if (value instanceof Part) value.collect(found);
      else if (isParts(value)) for (const part of value) part.collect(found);
      else take(found, value);
    }
    found.key += ")";
  }

  override write(text: Text): void {
    const { strings } = this.#template;
    text.sql += strings[0] ?? "";
    for (const [index, value] of this.#values.entries()) {
      if (value instanceof Part) value.write(text);
      else if (isParts(value)) {
        for (const part of value) {
          text.sql += " ";
          part.write(text);
        }
      } else place(text, value);
      text.sql += strings[index + 1] ?? "";
    }
  }
}

/** Part of a statement: what it returns is of no importance. */
export type Fragment = Statement;

const isParts = (value: unknown): value is readonly Part[] =>
  Array.isArray(value) && value[0] instanceof Part;

/** A template as it stands in the code. Its number makes the key of a text short; it costs nothing beside the text itself. */
type Template = { readonly strings: TemplateStringsArray; readonly number: number; readonly from: string };

const templates = new WeakMap<TemplateStringsArray, Template>();
let count = 0;
function templateOf(strings: TemplateStringsArray): Template {
  const there = templates.get(strings);
  if (there) return there;
  const at = { stack: "" };
  Error.captureStackTrace(at, Statement);
  const from = at.stack.split("\n").slice(2).join("\n"); // what it is, and our own tag
  const template = { strings, number: ++count, from };
  templates.set(strings, template);
  return template;
}

/** Texts by key. Bounded by the code, since whatever varies without end is a value; the limit is for who forgets that. */
const known = new Map<string, { readonly text: string; readonly name: string }>();
const most = 5000;

function callOf(statement: Part, from: string): Call {
  const found: Found = { key: "", values: [], once: false };
  statement.collect(found);
  const { key, values, once } = found;
  const there = once ? undefined : known.get(key);
  if (there) return { text: there.text, name: there.name, values, from };
  const text: Text = { sql: "", count: 0 };
  statement.write(text);
  if (once || known.size >= most) return { text: text.sql, values, from };
  // Of the text, so that the same statement has the same name on every node (a pooler in between keeps it once).
  const name = createHash("sha256").update(text.sql).digest("base64url").slice(0, 24);
  known.set(key, { text: text.sql, name });
  return { text: text.sql, name, values, from };
}
