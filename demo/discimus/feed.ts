import { z } from "zod";
import type { Bericht } from "#demo/contract";
import type { Rejection } from "./actions.ts";

export type FeedOptions = {
  readonly issuer: string;
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly now: () => number;
};

const tokenAntwoord = z.object({ access_token: z.string(), expires_in: z.number() });
const answer = z.object({
  ontvangen: z.number(),
  verwerkt: z.number(),
  ongewijzigd: z.number(),
  quarantaine: z.array(
    z.object({
      regel: z.number(),
      id: z.string().nullable(),
      code: z.string(),
      veld: z.string().nullable(),
      melding: z.string(),
    }),
  ),
});
export type FeedAnswer = z.output<typeof answer>;

/** LeerID did not take the delivery; the text says what it answered. Nothing was done with it. */
export class Unsent extends Error {}

/** Sends messages like any machine client: a token by client credentials (RFC 6749 4.4), then NDJSON. */
export function feed(options: FeedOptions) {
  let token: { readonly tekst: string; readonly tot: number } | undefined;

  async function fetchToken(): Promise<string> {
    if (token && options.now() < token.tot) return token.tekst;
    const basic = Buffer.from(
      `${encodeURIComponent(options.clientId)}:${encodeURIComponent(options.clientSecret)}`,
    );
    const response = await request(`${options.issuer}/v1/token`, {
      method: "POST",
      headers: { authorization: `Basic ${basic.toString("base64")}` },
      body: new URLSearchParams({ grant_type: "client_credentials", scope: "discimus:schrijven" }),
    });
    if (!response.ok) throw new Unsent(`ACM gaf geen token (${response.status}).`);
    const { access_token: tekst, expires_in: seconden } = tokenAntwoord.parse(await response.json());
    token = { tekst, tot: options.now() + (seconden - 60) * 1000 };
    return tekst;
  }

  /** @throws Unsent when nothing was done with the messages */
  return async function send(
    berichten: readonly Bericht[],
  ): Promise<FeedAnswer & { readonly afgekeurd: ReadonlyMap<string, Rejection> }> {
    const response = await request(`${options.apiUrl}/discimus/v1/berichten`, {
      method: "POST",
      headers: { authorization: `Bearer ${await fetchToken()}`, "content-type": "application/x-ndjson" },
      body: berichten.map((bericht) => `${JSON.stringify(bericht)}\n`).join(""),
    });
    if (!response.ok) {
      if (response.status === 401) token = undefined;
      throw new Unsent(`LeerID nam de berichten niet aan (${response.status}).`);
    }
    const gelezen = answer.parse(await response.json());
    const afgekeurd = new Map(
      gelezen.quarantaine.map(({ regel, code, veld, melding }) => [
        berichten[regel - 1]?.id ?? "",
        { code, veld, melding },
      ]),
    );
    return { ...gelezen, afgekeurd };
  };
}

async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(60_000) });
  } catch {
    throw new Unsent("LeerID antwoordt niet.");
  }
}
