import { importPKCS8, SignJWT } from "jose";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Config } from "./config.ts";
import type { Nummers } from "./coupling.ts";
import { PakketFout } from "./problem.ts";
import { metHerkansing, StraksOpnieuw, type Wachter } from "./retry.ts";

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
 * @throws PakketFout when LeerID refuses, with its own words, or cannot be reached
 */
export async function haalNummers(
  config: Config,
  schooljaar: string,
  wachter: Wachter,
): Promise<readonly Nummers[]> {
  const begin = `${config.leerid.api}/schoolpakket/v1/instellingen/${config.instellingsnummer}/leerlingen?schooljaar=${schooljaar}`;
  let token = await metHerkansing(wachter, () => haalToken(config));
  const gevonden = new Map<string, Nummers>();
  let url: string | undefined = begin;
  for (let blad = 0; url !== undefined; blad += 1) {
    if (blad >= meesteBladen)
      throw new PakketFout("LeerID geeft steeds meer bladzijden met leerlingen. Meld dit bij LeerID.");
    const dit: string = url;
    const antwoord: z.output<typeof bladzijde> = await metHerkansing(wachter, async () => {
      const response = await vraag(dit, {
        headers: { authorization: `Bearer ${token}`, accept: "application/json" },
      });
      if (response.status === 401 && blad > 0) {
        token = await haalToken(config);
        throw new StraksOpnieuw("Het token van LeerID was vervallen.", 0);
      }
      return leesAntwoord(response, bladzijde, "De leerlingen ophalen bij LeerID");
    });
    for (const een of antwoord.leerlingen) gevonden.set(een.stamnummer, een);
    url = volgendeUrl(begin, antwoord.volgende ?? undefined);
  }
  return [...gevonden.values()];
}

/** The next page: an address of the same API, or the mark to give back as `na`. */
function volgendeUrl(begin: string, volgende: string | undefined): string | undefined {
  if (volgende === undefined || volgende === "") return undefined;
  if (!/^(?:https?:\/\/|\/|\?)/.test(volgende)) {
    const url = new URL(begin);
    url.searchParams.set("na", volgende);
    return url.href;
  }
  const url = new URL(volgende, begin);
  // The token goes along: never to another address than the one that was configured.
  if (url.origin !== new URL(begin).origin)
    throw new PakketFout("LeerID verwijst naar een ander adres. Er is niets verstuurd.");
  return url.href;
}

/** A token by client credentials (RFC 6749 4.4), with client_secret_basic or private_key_jwt (RFC 7523). */
async function haalToken(config: Config): Promise<string> {
  const { issuer, client_id: id } = config.leerid;
  const body = new URLSearchParams({ grant_type: "client_credentials", scope: "schoolpakket:identificatie" });
  const headers = new Headers();
  if ("secret" in config.bewijs) {
    const paar = `${encodeURIComponent(id)}:${encodeURIComponent(config.bewijs.secret)}`;
    headers.set("authorization", `Basic ${Buffer.from(paar).toString("base64")}`);
  } else {
    body.set("client_id", id);
    body.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    body.set("client_assertion", await ondertekend(config.bewijs, id, issuer));
  }
  const response = await vraag(`${issuer}/v1/token`, { method: "POST", headers, body });
  if (response.status === 400 || response.status === 401)
    throw new PakketFout(
      `LeerID aanvaardt client ${id} niet. Kijk leerid.client_id en het geheim of de sleutel in de configuratie na.`,
    );
  return (await leesAntwoord(response, tokenAntwoord, "Een token vragen bij LeerID")).access_token;
}

async function ondertekend(
  bewijs: Exclude<Config["bewijs"], { secret: string }>,
  id: string,
  issuer: string,
): Promise<string> {
  const sleutel = await importPKCS8(bewijs.pem, bewijs.alg).catch(() => {
    throw new PakketFout(`leerid.private_key_bestand: dit is geen sleutel in PKCS 8 voor ${bewijs.alg}.`, 2);
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

async function vraag(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(60_000) });
  } catch {
    throw new StraksOpnieuw(`${new URL(url).host} antwoordt niet.`);
  }
}

async function leesAntwoord<S extends z.ZodType>(
  response: Response,
  schema: S,
  wat: string,
): Promise<z.output<S>> {
  const tekst = await response.text().catch(() => {
    throw new StraksOpnieuw(`${wat} brak af.`);
  });
  if (response.ok) {
    const gelezen = schema.safeParse(probeerJson(tekst));
    if (gelezen.success) return gelezen.data;
    throw new PakketFout(
      `${wat}: het antwoord is niet wat leerid-pakket verwacht. Is er een nieuwe versie van dit programma?`,
    );
  }
  const { title, detail, herstel } = probleem.safeParse(probeerJson(tekst)).data ?? {};
  const uitleg = [title, detail, herstel].filter((deel) => deel !== undefined).join(" ");
  if ([408, 425, 429].includes(response.status) || response.status >= 500) {
    const seconden = Number(response.headers.get("retry-after"));
    throw new StraksOpnieuw(
      `${wat} lukt nu niet (${response.status}). ${uitleg}`.trim(),
      Number.isFinite(seconden) && seconden > 0 ? seconden * 1000 : undefined,
    );
  }
  throw new PakketFout(`${wat} werd geweigerd (${response.status}). ${uitleg}`.trim());
}

function probeerJson(tekst: string): unknown {
  try {
    return JSON.parse(tekst);
  } catch {
    return undefined;
  }
}
