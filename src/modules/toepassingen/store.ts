import { randomUUID } from "node:crypto";
import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import { seal, unseal } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";
import type { ClientInput, ClientRecord, Doelgroep, ToepassingFile } from "./contract.ts";

/** One file at a time: whose client_ids they are is looked at before they are written. */
export async function takeLock(ctx: Context): Promise<void> {
  await ctx.sql`select pg_advisory_xact_lock(7123)`;
}

/** Stores an application and its clients; unchanged ones stay as they are. Announces the change to every node. */
export async function upsertToepassing(ctx: Context, file: ToepassingFile): Promise<void> {
  const nu = new Date(ctx.clock.now());
  await ctx.sql`
    insert into toepassingen.toepassing ${ctx.sql({
      toepassing: file.toepassing,
      naam: file.naam,
      omschrijving: file.omschrijving,
      aanbieder: file.aanbieder,
      soort: file.soort,
      start_url: file.start_url,
      tint: file.tint,
      initialen: file.initialen,
      integreert_klasinformatie: file.integreert_klasinformatie,
      instructies: file.instructies,
      gewijzigd_op: nu,
    })}
    on conflict (toepassing) do update set naam = excluded.naam, omschrijving = excluded.omschrijving, aanbieder = excluded.aanbieder,
      soort = excluded.soort, start_url = excluded.start_url, tint = excluded.tint, initialen = excluded.initialen,
      integreert_klasinformatie = excluded.integreert_klasinformatie, instructies = excluded.instructies, gewijzigd_op = excluded.gewijzigd_op`;
  for (const client of file.clients) await upsertClient(ctx, client, file.toepassing);
}

/**
 * Stores one client.
 * @param herkomst the application whose file it stands in; or, for a machine that stands in none, whoever makes it: `(demo)`
 */
export async function upsertClient(ctx: Context, client: ClientInput, herkomst: string): Promise<void> {
  const { client_id, naam, omgeving, soort, client_secret, ...rest } = client;
  const { doelgroep, pkce, ...metadata } =
    "pkce" in rest ? rest : { ...rest, doelgroep: null, pkce: "verplicht" };
  const row = {
    client_id,
    toepassing: soort === "web" ? herkomst : null,
    herkomst: soort === "machine" ? herkomst : null,
    soort,
    doelgroep,
    naam,
    omgeving,
    geheim_versleuteld:
      client_secret === undefined ? null : seal(ctx.keys.geheimen, client_secret, `client ${client_id}`),
    metadata: JSON.stringify(metadata),
    pkce_vrij: pkce === "vrij",
    gewijzigd_op: new Date(ctx.clock.now()),
  };
  await ctx.sql`
    insert into toepassingen.client ${ctx.sql(row)}
    on conflict (client_id) do update set toepassing = excluded.toepassing, herkomst = excluded.herkomst, soort = excluded.soort,
      doelgroep = excluded.doelgroep, naam = excluded.naam, omgeving = excluded.omgeving, geheim_versleuteld = excluded.geheim_versleuteld,
      metadata = excluded.metadata, pkce_vrij = excluded.pkce_vrij, gewijzigd_op = excluded.gewijzigd_op`;
  await ctx.sql`notify leerid_clients`;
}

/** Ends the clients of this origin that are not among these. Announces it, as every change. @returns those that ended */
export async function endOtherClients(
  ctx: Context,
  herkomst: string,
  clientIds: readonly string[],
): Promise<readonly string[]> {
  const rows = await ctx.sql<{ client_id: string }[]>`
    delete from toepassingen.client
     where ${herkomst} in (toepassing, herkomst) and not (client_id = any (${[...clientIds]})) returning client_id`;
  if (rows.length > 0) await ctx.sql`notify leerid_clients`;
  return rows.map((row) => row.client_id);
}

/** Which clients of a file stand in another one already. A machine whose file nobody knows yet is of whoever names it. */
export async function listStrangerClients(ctx: Context, file: ToepassingFile): Promise<readonly string[]> {
  const named = (soort: "web" | "machine") =>
    file.clients.filter((client) => client.soort === soort).map((client) => client.client_id);
  const rows = await ctx.sql<{ client_id: string }[]>`
    select client_id from toepassingen.client
     where client_id = any (${named("web")}) and coalesce(toepassing, herkomst) is distinct from ${file.toepassing}
        or client_id = any (${named("machine")}) and coalesce(toepassing, herkomst, ${file.toepassing}) <> ${file.toepassing}
     order by client_id`;
  return rows.map((row) => row.client_id);
}

/** All clients, with their secrets, for the OpenID provider. */
export async function listClients(ctx: Context): Promise<ClientRecord[]> {
  const rows = await ctx.sql<
    {
      client_id: string;
      client_soort: "web" | "machine";
      doelgroep: Doelgroep | null;
      client_naam: string;
      geheim_versleuteld: Buffer | null;
      metadata: string;
      pkce_vrij: boolean;
      toepassing: string | null;
      naam: string;
      tint: number;
      initialen: string;
      soort: "doeltoepassing" | "loket";
      start_url: string;
    }[]
  >`select c.client_id, c.soort as client_soort, c.doelgroep, c.naam as client_naam, c.geheim_versleuteld, c.metadata, c.pkce_vrij,
           t.toepassing, t.naam, t.tint, t.initialen, t.soort, t.start_url
      from toepassingen.client c left join toepassingen.toepassing t using (toepassing) order by c.client_id`;
  return rows.map((row) => {
    const geheim =
      row.geheim_versleuteld && unseal(ctx.keys.geheimen, row.geheim_versleuteld, `client ${row.client_id}`);
    return {
      clientId: row.client_id,
      soort: row.client_soort,
      doelgroep: row.doelgroep,
      naam: row.client_naam,
      pkceVrij: row.pkce_vrij,
      metadata: JSON.parse(row.metadata) as Record<string, unknown>,
      ...(geheim ? { geheim: geheim.toString("utf8") } : {}),
      ...(row.toepassing === null
        ? {}
        : {
            toepassing: {
              toepassing: row.toepassing,
              naam: row.naam,
              tint: row.tint,
              initialen: row.initialen,
              soort: row.soort,
              startUrl: row.start_url,
            },
          }),
    };
  });
}

/** The machines that are registered, each with its scopes. */
export function listMachines(ctx: Context): Promise<{ client_id: string; scope: string }[]> {
  return ctx.sql<{ client_id: string; scope: string }[]>`
    select client_id, metadata::jsonb ->> 'scope' as scope from toepassingen.client where soort = 'machine' order by client_id`;
}

/** A client by which pupils open an application, for a question about all of them; undefined when it has none. */
export async function findClientOf(ctx: Context, toepassing: string): Promise<string | undefined> {
  const [row] = await ctx.sql<{ client_id: string }[]>`
    select client_id from toepassingen.client
     where toepassing = ${toepassing} and soort = 'web' order by omgeving <> 'productie', client_id limit 1`;
  return row?.client_id;
}

/** Where an application hears that a session ended, and how its tokens are signed; undefined when it is gone or does not want to hear. */
export async function findAfmeldadres(
  ctx: Context,
  clientId: string,
): Promise<{ readonly uri: string; readonly alg: "RS256" | "ES256" } | undefined> {
  const [row] = await ctx.sql<{ metadata: string }[]>`
    select metadata from toepassingen.client where client_id = ${clientId}`;
  const { backchannel_logout_uri: uri, id_token_signed_response_alg: alg } = JSON.parse(
    row?.metadata ?? "{}",
  ) as Record<string, unknown>;
  return typeof uri === "string" ? { uri, alg: alg === "ES256" ? "ES256" : "RS256" } : undefined;
}

/** Keys and names of the applications of providers, by name. */
export function listToepassingen(ctx: Context): Promise<{ toepassing: string; naam: string }[]> {
  return ctx.sql<{ toepassing: string; naam: string }[]>`
    select toepassing, naam from toepassingen.toepassing where soort = 'doeltoepassing' order by naam`;
}

/** Is there an application of this name. */
export async function hasToepassing(ctx: Context, toepassing: string): Promise<boolean> {
  return (await ctx.sql`select from toepassingen.toepassing where toepassing = ${toepassing}`).length > 0;
}

/** Name and key of the application of a client. */
export async function findToepassingOf(
  ctx: Context,
  clientId: string,
): Promise<{ readonly toepassing: string; readonly naam: string } | undefined> {
  const [row] = await ctx.sql<{ toepassing: string; naam: string }[]>`
    select t.toepassing, t.naam from toepassingen.client c join toepassingen.toepassing t using (toepassing)
     where c.client_id = ${clientId}`;
  return row;
}

/** The school chose an application (R54) for a period, without questions: for whoever fills a database. Again = another end. */
export async function saveKeuze(
  ctx: Context,
  keuze: {
    readonly instellingsnummer: string;
    readonly toepassing: string;
    readonly van: Datum;
    readonly tot?: Datum | null;
  },
): Promise<void> {
  await ctx.sql`
    insert into toepassingen.keuze (instellingsnummer, toepassing, van, tot)
    values (${keuze.instellingsnummer}, ${keuze.toepassing}, ${keuze.van}, ${keuze.tot ?? null})
    on conflict (instellingsnummer, toepassing, van) do update set tot = excluded.tot`;
}

/** What a rule makes visible (D6). */
export type RegelInput = {
  readonly instellingsnummer: string;
  readonly toepassing: string;
  readonly van?: Datum | null;
  readonly tot?: Datum | null;
} & (
  | { readonly soort: "school" }
  | { readonly soort: "niveau"; readonly niveau: "kleuter" | "lager" | "secundair" }
  | {
      readonly soort: "leerjaar";
      readonly niveau: "kleuter" | "lager" | "secundair";
      readonly leerjaar: number;
    }
  | { readonly soort: "klas"; readonly klas: string }
  | { readonly soort: "subklas"; readonly klas: string; readonly subklas: string }
  | { readonly soort: "leerling"; readonly accountUuid: AccountUuid; readonly uitgesloten?: boolean }
);

/** Writes one visibility rule, without questions as `kies`; gives its id. It works at the next decision, for everyone it speaks about. */
export async function makeVisible(ctx: Context, regel: RegelInput): Promise<string> {
  const [row] = await ctx.sql<{ regel_id: string }[]>`
    insert into toepassingen.zichtbaarheid ${ctx.sql({
      regel_id: randomUUID(),
      instellingsnummer: regel.instellingsnummer,
      toepassing: regel.toepassing,
      soort: regel.soort,
      niveau: "niveau" in regel ? regel.niveau : null,
      leerjaar: "leerjaar" in regel ? regel.leerjaar : null,
      klas: "klas" in regel ? regel.klas : null,
      subklas: "subklas" in regel ? regel.subklas : null,
      account_uuid: "accountUuid" in regel ? regel.accountUuid : null,
      uitgesloten: regel.soort === "leerling" && regel.uitgesloten === true,
      van: regel.van ?? null,
      tot: regel.tot ?? null,
    })}
    on conflict (instellingsnummer, toepassing, soort, niveau, leerjaar, klas, subklas, account_uuid, uitgesloten, van, tot)
      do update set soort = excluded.soort returning regel_id`;
  return row?.regel_id ?? "";
}
