import { importPKCS8, SignJWT } from "jose";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Config } from "./config.ts";
import type { Nummers } from "./coupling.ts";
import { PakketError } from "./problem.ts";
import { withRetry, TryLater, type Waiter } from "./retry.ts";

const tokenAntwoord = z.object({ access_token: z.string() });
const bladzijde = z.object({
  leerlingen: z.array(
    z.object({ stamnummer: z.string(), leer_id_uuid: z.uuid().nullable(), account_uuid: z.uuid() }),
  ),
  volgende: z.string().nullish(),
});
const probleem = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  herstel: z.string().optional(),
});

/** More pages than any school fills: a server that sends us in a circle must not keep us. */
const meesteBladen = 500;

/**
 * The pupils of a school as LeerID knows them (R22), all pages.
 * @throws PakketError when LeerID refuses, with its own words, or cannot be reached
 */
export async function fetchNummers(
  config: Config,
  schooljaar: string,
  wachter: Waiter,
): Promise<readonly Nummers[]> {
  const begin = `${config.leerid.api}/schoolpakket/v1/instellingen/${config.instellingsnummer}/leerlingen?schooljaar=${schooljaar}`;
  let token = await withRetry(wachter, () => fetchToken(config));
  const found = new Map<string, Nummers>();
  let url: string | undefined = begin;
  for (let blad = 0; url !== undefined; blad += 1) {
    if (blad >= meesteBladen)
      throw new PakketError("LeerID geeft steeds meer bladzijden met leerlingen. Meld dit bij LeerID.");
    const dit: string = url;
    const answer: z.output<typeof bladzijde> = await withRetry(wachter, async () => {
      const response = await request(dit, {
        headers: { authorization: `Bearer ${token}`, accept: "application/json" },
      });
      if (response.status === 401 && blad > 0) {
        token = await fetchToken(config);
        throw new TryLater("Het token van LeerID was vervallen.", 0);
      }
      return readAnswer(response, bladzijde, "De leerlingen ophalen bij LeerID");
    });
    for (const one of answer.leerlingen) found.set(one.stamnummer, one);
    url = nextUrl(begin, answer.volgende ?? undefined);
  }
  return [...found.values()];
}

/** The next page: an address of the same API, or the mark to give back as `na`. */
function nextUrl(begin: string, next: string | undefined): string | undefined {
  if (next === undefined || next === "") return undefined;
  if (!/^(?:https?:\/\/|\/|\?)/.test(next)) {
    const url = new URL(begin);
    url.searchParams.set("na", next);
    return url.href;
  }
  const url = new URL(next, begin);
  // The token goes along: never to another address than the one that was configured.
  if (url.origin !== new URL(begin).origin)
    throw new PakketError("LeerID verwijst naar een ander adres. Er is niets verstuurd.");
  return url.href;
}

/** A token by client credentials (RFC 6749 4.4), with client_secret_basic or private_key_jwt (RFC 7523). */
async function fetchToken(config: Config): Promise<string> {
  const { issuer, client_id: id } = config.leerid;
  const body = new URLSearchParams({ grant_type: "client_credentials", scope: "schoolpakket:identificatie" });
  const headers = new Headers();
  if ("secret" in config.bewijs) {
    const paar = `${encodeURIComponent(id)}:${encodeURIComponent(config.bewijs.secret)}`;
    headers.set("authorization", `Basic ${Buffer.from(paar).toString("base64")}`);
  } else {
    body.set("client_id", id);
    body.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    body.set("client_assertion", await signedRequest(config.bewijs, id, issuer));
  }
  const response = await request(`${issuer}/v1/token`, { method: "POST", headers, body });
  if (response.status === 400 || response.status === 401)
    throw new PakketError(
      `LeerID aanvaardt client ${id} niet. Kijk leerid.client_id en het geheim of de sleutel in de configuratie na.`,
    );
  return (await readAnswer(response, tokenAntwoord, "Een token vragen bij LeerID")).access_token;
}

async function signedRequest(
  bewijs: Exclude<Config["bewijs"], { secret: string }>,
  id: string,
  issuer: string,
): Promise<string> {
  const sleutel = await importPKCS8(bewijs.pem, bewijs.alg).catch(() => {
    throw new PakketError(`leerid.private_key_bestand: dit is geen sleutel in PKCS 8 voor ${bewijs.alg}.`, 2);
  });
  return new SignJWT({})
    .setProtectedHeader({ alg: bewijs.alg, ...(bewijs.kid === undefined ? {} : { kid: bewijs.kid }) })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(issuer)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime("60s")
    .sign(sleutel);
}

async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(60_000) });
  } catch {
    throw new TryLater(`${new URL(url).host} antwoordt niet.`);
  }
}

async function readAnswer<S extends z.ZodType>(
  response: Response,
  schema: S,
  wat: string,
): Promise<z.output<S>> {
  const text = await response.text().catch(() => {
    throw new TryLater(`${wat} brak af.`);
  });
  if (response.ok) {
    const gelezen = schema.safeParse(tryJson(text));
    if (gelezen.success) return gelezen.data;
    throw new PakketError(
      `${wat}: het antwoord is niet wat leerid-pakket verwacht. Is er een nieuwe versie van dit programma?`,
    );
  }
  const { title, detail, herstel } = probleem.safeParse(tryJson(text)).data ?? {};
  const uitleg = [title, detail, herstel].filter((part) => part !== undefined).join(" ");
  if ([408, 425, 429].includes(response.status) || response.status >= 500) {
    const seconden = Number(response.headers.get("retry-after"));
    throw new TryLater(
      `${wat} lukt nu niet (${response.status}). ${uitleg}`.trim(),
      Number.isFinite(seconden) && seconden > 0 ? seconden * 1000 : undefined,
    );
  }
  throw new PakketError(`${wat} werd geweigerd (${response.status}). ${uitleg}`.trim());
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
