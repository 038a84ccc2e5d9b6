import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Context } from "#platform/context";
import { followState } from "#platform/follow";
import { staticAssets } from "#platform/html";
import type { Reading } from "#platform/metrics";
import { makeGate, type Gate } from "#modules/aanmelding";
import { openKeyRing } from "#modules/tokens";
import type { ClientRecord } from "#modules/toepassingen";
import type { Acm } from "./contract.ts";
import { cookieNames } from "./cookies.ts";
import { makeTallies, refusalReading } from "./figures.ts";
import { acmHandler } from "./http.ts";
import { makeLibrary } from "./library/index.ts";
import { servedClients } from "#modules/clients";
import { openSleutel, type SleutelOptions } from "#modules/medewerkers";

export type { SleutelOptions } from "#modules/medewerkers";
export { figures } from "./figures.ts";
export { endSessies } from "./end-sessions.ts";
export { jobs, upkeep } from "./jobs.ts";
export { forgetClients } from "./store-clients.ts";
export { resumeAfmeldingen } from "./store-afmelding.ts";
export { sweep } from "./store.ts";
export { tellApplication, type TellOptions } from "./tell-applications.ts";

export type AcmOptions = {
  readonly ctx: Context;
  /** Address of this site to the outside, without a slash at the end; the issuer is this with `/op`. */
  readonly acmUrl: string;
  /** Address of the API: the audience of machine tokens. */
  readonly apiUrl: string;
  readonly loketUrl: string;
  /** The key of adults (D8); without it nobody signs in at an application that serves adults. */
  readonly medewerkers?: SleutelOptions | undefined;
  /** How many proxies of ours stand before this site (D24); none unless told. */
  readonly proxies?: number;
  /** Lets the key of adults, and what applications register, be a plain private address; never in production. */
  readonly allowPrivateNetwork?: boolean;
  /** Another password check, for a measurement of what everything but the hash costs. No setting leads here. */
  readonly matches?: Gate["matches"];
};

export type AcmSite = {
  readonly issuer: string;
  /** For `http.createServer`. Serves `/op/…` and `/static/…`. */
  handler(req: IncomingMessage, res: ServerResponse): void;
  /** What all sign-ins here pass through, for who watches. */
  readonly gate: Gate;
  readonly reading: Reading;
  /** Stops listening for changes. */
  close(): Promise<void>;
};

/** The OpenID provider: for pupils with their own key, for adults with that of another provider. */
export async function createAcm(options: AcmOptions): Promise<AcmSite> {
  const { ctx, acmUrl } = options;
  const secure = acmUrl.startsWith("https://");
  const allowPrivateNetwork = options.allowPrivateNetwork ?? false;
  const bos = await openKeyRing(ctx);
  let clients: ReadonlyMap<string, ClientRecord> = new Map();

  const acm: Acm = {
    ctx,
    issuer: `${acmUrl}/op`,
    apiUrl: options.apiUrl,
    loketUrl: options.loketUrl,
    proxies: options.proxies ?? 0,
    voet: [
      { tekst: "Wat is LeerID?", url: `${options.loketUrl}/wat-is-leerid` },
      { tekst: "Privacy", url: `${options.loketUrl}/privacy` },
      { tekst: "Toegankelijkheid", url: `${options.loketUrl}/toegankelijkheid` },
    ],
    secure,
    allowPrivateNetwork,
    cookies: cookieNames(secure),
    bos,
    poort: makeGate({ klopt: options.matches }),
    refused: makeTallies(),
    sleutel:
      options.medewerkers &&
      openSleutel(options.medewerkers, {
        issuer: `${acmUrl}/op`,
        plainHttp: allowPrivateNetwork,
      }),
    clients: () => clients,
  };

  // Static clients: looked up in an adapter they fall out of a cache of 100, and each costs a query.
  const library = makeLibrary(acm);
  bos.onChange(library.renew);
  const clientsFollowed = await followState(ctx, {
    channel: "leerid_clients",
    name: "clients",
    read: servedClients(ctx),
    take(newest) {
      clients = new Map(newest.map((client) => [client.clientId, client]));
      library.renew();
    },
  });
  const handler = acmHandler(acm, {
    library: library.handle,
    rest: getRequestListener(staticAssets().fetch),
  });
  return {
    issuer: acm.issuer,
    handler: (req, res) => void handler(req, res),
    gate: acm.poort,
    reading: refusalReading(acm.refused),
    async close() {
      await Promise.all([clientsFollowed.stop(), bos.close()]);
    },
  };
}
