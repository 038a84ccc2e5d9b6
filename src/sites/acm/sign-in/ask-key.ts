import { randomBytes } from "node:crypto";
import { newReferentie } from "#platform/ids";
import { describeError } from "#platform/log";
import { pageAnswer, redirect, withCookies, withHeaders, type Answer } from "../answer.ts";
import type { Authorization } from "../authorize/authorization.ts";
import { openForm, pathOf, type Vraag } from "../authorize/vraag.ts";
import { duur, type Acm } from "../contract.ts";
import { cookieOf, setCookie } from "../cookies.ts";
import { SleutelError, type WayOut } from "#modules/medewerkers";
import { medewerkerErrorPage, type ErrorMedewerker } from "../pages/index.ts";
import { signedOutHere } from "../sign-out/adult.ts";
import type { Visit } from "../visit.ts";
import { findWebClient, type WebClient } from "../web-client.ts";

/** What waits at the key, sealed in a cookie at the address where its answer comes home. */
export type Waiting = {
  readonly vraag: Vraag;
  /** Gone once an answer came: it counts once. */
  readonly heenweg?: WayOut;
};

const place = (uid: string): string => `heenweg\0${uid}`;
/** Room in one cookie (4096 with its name and attributes). */
const cookieRoom = 3800;

/**
 * Sends an adult to the key of adults. No choice of key: an application serves pupils or adults, never both. The question waits in this
 * browser.
 */
export async function askKey(a: Authorization): Promise<Answer> {
  const { acm, visit, client, vraag } = a;
  const { form } = openForm(acm, client, vraag);
  // The application asks for it; or somebody signed out here, and the next one at this computer may be somebody else.
  const opnieuw = vraag.opnieuw === true || vraag.maxAge !== undefined || signedOutHere(acm, visit);
  try {
    if (!acm.sleutel) throw new SleutelError("niet-ingesteld");
    const { url, heenweg } = await acm.sleutel.begin({ uid: form.uid, opnieuw });
    const cookie = keepWaiting(acm, form.uid, { vraag, heenweg });
    if (cookie.length > cookieRoom) throw new SleutelError("klopt-niet");
    return withCookies(redirect(url), [cookie]);
  } catch (error) {
    return refuseAdult(acm, error, client);
  }
}

/** The cookie that lets a question wait at this address. */
export const keepWaiting = (acm: Acm, uid: string, waiting: Waiting): string =>
  setCookie(
    acm,
    acm.cookies.heenweg,
    acm.bos.zegel.seal(JSON.stringify(waiting), place(uid)),
    pathOf(uid),
    duur.formulier,
  );

/** What waits at this address in this browser. */
export function waitingIn(acm: Acm, visit: Visit, uid: string): Waiting | undefined {
  const sealed = cookieOf(visit.cookies, acm.cookies.heenweg);
  const text = sealed === undefined ? undefined : acm.bos.zegel.unseal(sealed, place(uid));
  return text === undefined ? undefined : (JSON.parse(text) as Waiting);
}

const status: Record<ErrorMedewerker, number> = {
  "niet-ingesteld": 503,
  onbereikbaar: 503,
  afgebroken: 403,
  "te-zwak": 403,
  "zonder-vo-id": 403,
  "klopt-niet": 400,
  verlopen: 400,
};

/** What, why, who can help, a number to find it in our log, and a way to begin again. */
export function refuseAdult(acm: Acm, error: unknown, client: WebClient): Answer {
  if (!(error instanceof SleutelError)) throw error;
  const answer = adultPage(acm, error.soort, client, error);
  return error.soort === "onbereikbaar" ? withHeaders(answer, { "retry-after": "30" }) : answer;
}

export function adultPage(
  acm: Acm,
  soort: ErrorMedewerker,
  client = loketOf(acm),
  error?: SleutelError,
): Answer {
  const referentie = newReferentie(randomBytes);
  const cause = error?.cause === undefined ? {} : describeError(error.cause);
  acm.refused.adults.add({ reason: soort });
  acm.ctx.log.warn(
    { referentie, reden: soort, client: client?.clientId, ...cause },
    "an adult did not get in",
  );
  return pageAnswer(
    status[soort],
    medewerkerErrorPage({
      soort,
      referentie,
      tijdstip: acm.ctx.clock.now(),
      voet: acm.voet,
      ...(client && { toepassing: client.toepassing.naam, opnieuwUrl: client.startUrl }),
    }),
  );
}

/** Where an adult begins when nothing is known of his question: where nearly all of them work. */
export function loketOf(acm: Acm): WebClient | undefined {
  for (const { clientId, doelgroep, toepassing } of acm.clients().values())
    if (doelgroep === "medewerkers" && toepassing?.toepassing === "schoolloket")
      return findWebClient(acm, clientId);
  return undefined;
}
