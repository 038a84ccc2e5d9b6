import * as openid from "openid-client";
import { medewerkerOf, type Medewerker } from "./contract.ts";

/** The key of adults as it is set up: an OpenID provider with the conventions of ACM/IDM (D8). */
export type SleutelOptions = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Levels of assurance that count. A second factor is the duty of the upstream: it is asked, and less is refused. */
  readonly acr: readonly string[];
};

/** Where the upstream sends the browser back to, behind `/op`. */
export const terugPad = "/v1/medewerker/terug";

/** What must be remembered between leaving for the upstream and coming back. */
export type WayOut = {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Seconds since 1970: the adult had to prove anew who he is, after this moment. */
  readonly opnieuwNa?: number;
};

export type Answer = {
  readonly medewerker: Medewerker;
  readonly acr: string;
  readonly amr?: string[];
  /** When the adult proved who he is, in seconds since 1970. */
  readonly authTime?: number;
};

/** Why an adult did not get in; the page says it in words. */
export const sleutelFouten = [
  "niet-ingesteld",
  "onbereikbaar",
  "afgebroken",
  "te-zwak",
  "zonder-vo-id",
  "klopt-niet",
] as const;
export class SleutelError extends Error {
  readonly soort: (typeof sleutelFouten)[number];
  constructor(soort: SleutelError["soort"], cause?: unknown) {
    super(`key of adults: ${soort}`, { cause });
    this.soort = soort;
  }
}

export type Sleutel = {
  readonly acr: readonly string[];
  /**
   * Where to send the browser.
   * @throws SleutelError `onbereikbaar`
   */
  begin(vraag: {
    readonly uid: string;
    /** He must prove anew who he is, also when he is signed in there. */
    readonly opnieuw: boolean;
  }): Promise<{ readonly url: string; readonly heenweg: WayOut }>;
  /**
   * Reads the answer. `query` is what stood behind the question mark.
   * @throws SleutelError
   */
  back(query: string, heenweg: WayOut): Promise<Answer>;
};

/** ACM as a client of the upstream: code flow, PKCE, state, nonce. Discovery waits for the first adult, and is tried again. */
export function openSleutel(
  options: SleutelOptions,
  eigen: { readonly issuer: string; /** Never in production. */ readonly plainHttp: boolean },
): Sleutel {
  let found: Promise<openid.Configuration> | undefined;
  const configuration = (): Promise<openid.Configuration> => {
    found ??= openid
      .discovery(
        new URL(options.issuer),
        options.clientId,
        undefined,
        openid.ClientSecretBasic(options.clientSecret),
        {
          // The signature is checked as well: what is said here opens the data of a school.
          execute: [
            openid.enableNonRepudiationChecks,
            ...(eigen.plainHttp ? [openid.allowInsecureRequests] : []),
          ],
          timeout: 5,
        },
      )
      .catch((error: unknown) => {
        found = undefined;
        throw new SleutelError("onbereikbaar", error);
      });
    return found;
  };
  const redirectUri = `${eigen.issuer}${terugPad}`;

  return {
    acr: options.acr,
    async begin({ uid, opnieuw }) {
      const config = await configuration();
      const verifier = openid.randomPKCECodeVerifier();
      const heenweg = {
        state: `${uid}.${openid.randomState()}`,
        nonce: openid.randomNonce(),
        verifier,
        ...(opnieuw && { opnieuwNa: nowInSeconds() }),
      };
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: "openid profile vo",
        state: heenweg.state,
        nonce: heenweg.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        acr_values: options.acr.join(" "),
        ui_locales: "nl",
        // With max_age the answer must say when he proved it (OpenID Connect Core 3.1.2.1): who takes prompt out is found out.
        ...(opnieuw && { prompt: "login", max_age: "0" }),
      });
      return { url: url.href, heenweg };
    },

    async back(query, heenweg) {
      const config = await configuration();
      try {
        const tokens = await openid.authorizationCodeGrant(config, new URL(`${redirectUri}${query}`), {
          pkceCodeVerifier: heenweg.verifier,
          expectedState: heenweg.state,
          expectedNonce: heenweg.nonce,
          idTokenExpected: true,
        });
        const idClaims = tokens.claims();
        if (!idClaims) throw new SleutelError("klopt-niet");
        const { acr, amr, auth_time: authTime } = idClaims;
        if (typeof acr !== "string" || !options.acr.includes(acr)) throw new SleutelError("te-zwak");
        if (heenweg.opnieuwNa !== undefined && !(Number(authTime) >= heenweg.opnieuwNa - clockSkew))
          throw new SleutelError("klopt-niet");
        // A provider may keep them for userinfo (OpenID Connect Core 5.4).
        const claims =
          idClaims["vo_id"] === undefined && config.serverMetadata().userinfo_endpoint !== undefined
            ? await openid.fetchUserInfo(config, tokens.access_token, idClaims.sub)
            : idClaims;
        const medewerker = medewerkerOf(claims);
        if (!medewerker) throw new SleutelError("zonder-vo-id");
        return {
          medewerker,
          acr,
          ...(Array.isArray(amr) && amr.every((one) => typeof one === "string") && { amr }),
          ...(typeof authTime === "number" && { authTime: Math.min(authTime, nowInSeconds()) }),
        };
      } catch (error) {
        throw error instanceof SleutelError ? error : new SleutelError(kindOf(error), error);
      }
    },
  };
}

/** Seconds that the clock of the upstream may stand behind. */
const clockSkew = 60;

/** By the clock of the machine, like the OpenID libraries on both sides. */
const nowInSeconds = () => Math.floor(Date.now() / 1000);

const downErrors = ["server_error", "temporarily_unavailable"];

function kindOf(error: unknown): SleutelError["soort"] {
  if (error instanceof openid.AuthorizationResponseError) {
    if (downErrors.includes(error.error)) return "onbereikbaar";
    return error.error === "access_denied" ? "afgebroken" : "klopt-niet";
  }
  if (error instanceof openid.ResponseBodyError) {
    return error.status >= 500 || downErrors.includes(error.error) ? "onbereikbaar" : "klopt-niet";
  }
  return isNetwork(error) ? "onbereikbaar" : "klopt-niet";
}

/** No answer, too late, or an answer that is no OpenID at all: a page of a proxy. */
function isNetwork(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = "code" in cause ? cause.code : undefined;
    if (code === "OAUTH_RESPONSE_IS_NOT_CONFORM" || code === "OAUTH_TIMEOUT") return true;
    if (cause.name === "TimeoutError" || cause.message === "fetch failed") return true;
  }
  return false;
}
