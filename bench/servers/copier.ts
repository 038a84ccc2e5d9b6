import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { answerCalls } from "#bench/processes";
import { copyIn, openDatabase, type Sql } from "#platform/database";

/** As many columns and indexes as the feed has for a message: two keys, a random uuid, a username, a hash. */
const columns = `
  soort text not null, instellingsnummer text collate "C" not null, stamnummer text collate "C" not null, account_uuid uuid not null,
  naam text not null, voornaam text not null, geboortedatum date not null, basis text collate "C" not null, nr integer not null,
  versie integer not null, tijdstip timestamptz not null, inhoud bigint not null, hash bytea not null`;

let sql: Sql | undefined;

/** The anchors of a full load: what PostgreSQL itself needs for as many rows. */
const calls = {
  async prepare({ url }: { readonly url: string }): Promise<void> {
    sql = openDatabase({ url, max: 1, role: "eigenaar" });
    await sql.unsafe(`
      create table rij (${columns}, primary key (instellingsnummer, stamnummer, soort));
      create unique index on rij (account_uuid);
      create index on rij (basis, nr);
      create unique index on rij (hash);
      create unlogged table klaar (${columns})`);
  },

  /** COPY into the table with its four indexes. */
  async copy(args: { readonly file: string; readonly rows: number }): Promise<{ rate: number }> {
    const db = opened();
    const start = performance.now();
    await copyIn(db`copy rij from stdin`, piecesOf(args.file));
    return { rate: args.rows / ((performance.now() - start) / 1000) };
  },

  /** COPY into an unlogged table, then one insert that updates what differs. */
  async merge(args: { readonly file: string; readonly rows: number }): Promise<{ rate: number }> {
    const db = opened();
    const start = performance.now();
    await db.begin(async (tx) => {
      await tx`truncate klaar`;
      await copyIn(tx`copy klaar from stdin`, piecesOf(args.file));
      await tx`
        insert into rij select * from klaar
        on conflict (instellingsnummer, stamnummer, soort) do update
           set naam = excluded.naam, voornaam = excluded.voornaam, geboortedatum = excluded.geboortedatum, versie = excluded.versie,
               tijdstip = excluded.tijdstip, inhoud = excluded.inhoud
         where (rij.naam, rij.voornaam, rij.geboortedatum, rij.versie, rij.tijdstip, rij.inhoud)
               is distinct from (excluded.naam, excluded.voornaam, excluded.geboortedatum, excluded.versie, excluded.tijdstip, excluded.inhoud)`;
    });
    return { rate: args.rows / ((performance.now() - start) / 1000) };
  },
};
export type CopierCalls = typeof calls;

/** The text of a file, in pieces that need not be lines. */
function* piecesOf(file: string): Generator<string> {
  const opened = openSync(file, "r");
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.allocUnsafe(1 << 18);
  for (let read; (read = readSync(opened, buffer)) > 0;) yield decoder.write(buffer.subarray(0, read));
  closeSync(opened);
}

function opened(): Sql {
  if (!sql) throw new Error("prepare first");
  return sql;
}

answerCalls(calls, async () => sql?.end({ timeout: 2 }));
