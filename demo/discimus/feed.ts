import { z } from "zod";
import type { Bericht } from "#demo/contract";
import type { Afkeuring } from "./actions.ts";

export type FeedOptions = {
  readonly issuer: string;
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly nu: () => number;
};

const tokenAntwoord = z.object({ access_token: z.string(), expires_in: z.number() });
const antwoord = z.object({
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
export type FeedAntwoord = z.output<typeof antwoord>;

/** LeerID did not take the delivery; the text says what it answered. Nothing was done with it. */
export class NietVerzonden extends Error {}

/** Sends messages like any machine client: a token by client credentials (RFC 6749 4.4), then NDJSON. */
export function feed(options: FeedOptions) {
  let token: { readonly tekst: string; readonly tot: number } | undefined;

  async function haalToken(): Promise<string> {
    if (token && options.nu() < token.tot) return token.tekst;
    const basic = Buffer.from(
      `${encodeURIComponent(options.clientId)}:${encodeURIComponent(options.clientSecret)}`,
    );
    const response = await vraag(`${options.issuer}/v1/token`, {
      method: "POST",
      headers: { authorization: `Basic ${basic.toString("base64")}` },
      body: new URLSearchParams({ grant_type: "client_credentials", scope: "discimus:schrijven" }),
    });
    if (!response.ok) throw new NietVerzonden(`ACM gaf geen token (${response.status}).`);
    const { access_token: tekst, expires_in: seconden } = tokenAntwoord.parse(await response.json());
    token = { tekst, tot: options.nu() + (seconden - 60) * 1000 };
    return tekst;
  }

  /** @throws NietVerzonden when nothing was done with the messages */
  return async function verzend(
    berichten: readonly Bericht[],
  ): Promise<FeedAntwoord & { readonly afgekeurd: ReadonlyMap<string, Afkeuring> }> {
    const response = await vraag(`${options.apiUrl}/discimus/v1/berichten`, {
      method: "POST",
      headers: { authorization: `Bearer ${await haalToken()}`, "content-type": "application/x-ndjson" },
      body: berichten.map((bericht) => `${JSON.stringify(bericht)}\n`).join(""),
    });
    if (!response.ok) {
      if (response.status === 401) token = undefined;
      throw new NietVerzonden(`LeerID nam de berichten niet aan (${response.status}).`);
    }
    const gelezen = antwoord.parse(await response.json());
    const afgekeurd = new Map(
      gelezen.quarantaine.map(({ regel, code, veld, melding }) => [
        berichten[regel - 1]?.id ?? "",
        { code, veld, melding },
      ]),
    );
    return { ...gelezen, afgekeurd };
  };
}

async function vraag(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(60_000) });
  } catch {
    throw new NietVerzonden("LeerID antwoordt niet.");
  }
}
