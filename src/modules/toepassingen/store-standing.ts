import type { Context } from "#platform/context";
import { hash, unseal } from "#platform/crypto";
import type { Standing } from "#platform/import-file";
import type { ToepassingFile } from "./contract.ts";

type Entry = readonly [name: string, kept: { readonly value: string; readonly secret?: true }];

const digest = (value: string): string => hash(Buffer.from(value)).toString("base64");

/** One field of the registration of a client: lists are told item by item, a key by its kid and what is in it never. */
function entriesOf(client: string, field: string, value: unknown): Entry[] {
  const name = `${client}: ${field}`;
  if (Array.isArray(value)) return value.map((one) => [`${name} ${String(one)}`, { value: "" }] as const);
  const keys = (value as { keys?: unknown } | null)?.keys;
  if (field === "jwks" && Array.isArray(keys))
    return keys.map((key: Readonly<Record<string, unknown>>) => {
      const text = JSON.stringify(key);
      const kid = typeof key["kid"] === "string" ? key["kid"] : digest(text).slice(0, 12);
      return [`${client}: sleutel ${kid}`, { value: digest(text), secret: true }] as const;
    });
  return [[name, { value: typeof value === "string" ? value : JSON.stringify(value) }]];
}

/** What stands of the application of a file, and of the clients that stand in the file or stood in it. */
export async function getStanding(ctx: Context, file: ToepassingFile): Promise<Standing> {
  const [toepassing] = await ctx.sql<Record<string, unknown>[]>`
    select naam, omschrijving, aanbieder, soort, start_url, tint, initialen, integreert_klasinformatie, instructies
      from toepassingen.toepassing where toepassing = ${file.toepassing}`;
  const clients = await ctx.sql<
    {
      client_id: string;
      soort: string;
      doelgroep: string | null;
      naam: string;
      omgeving: string;
      geheim_versleuteld: Buffer | null;
      metadata: string;
      pkce_vrij: boolean;
    }[]
  >`select client_id, soort, doelgroep, naam, omgeving, geheim_versleuteld, metadata, pkce_vrij from toepassingen.client
     where ${file.toepassing} in (toepassing, herkomst) or client_id = any (${file.clients.map((one) => one.client_id)}) order by client_id`;
  const entries: Entry[] = Object.entries(toepassing ?? {}).map(([field, value]) => [
    `toepassing ${file.toepassing}: ${field}`,
    { value: String(value) },
  ]);
  for (const one of clients) {
    const client = `client ${one.client_id}`;
    entries.push([client, { value: [one.soort, one.doelgroep ?? []].flat().join(", ") }]);
    entries.push([`${client}: naam`, { value: one.naam }], [`${client}: omgeving`, { value: one.omgeving }]);
    if (one.pkce_vrij) entries.push([`${client}: pkce`, { value: "vrij" }]);
    if (one.geheim_versleuteld) {
      const geheim = unseal(ctx.keys.geheimen, one.geheim_versleuteld, client)?.toString("utf8") ?? "";
      entries.push([`${client}: client_secret`, { value: digest(geheim), secret: true }]);
    }
    for (const [field, value] of Object.entries(JSON.parse(one.metadata) as Record<string, unknown>))
      entries.push(...entriesOf(client, field, value));
  }
  return new Map(entries);
}
