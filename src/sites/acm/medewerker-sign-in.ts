import { randomBytes } from "node:crypto";
import type { KoaContextWithOIDC } from "oidc-provider";
import { newReferentie } from "#platform/ids";
import { describeError } from "#platform/log";
import { sendPage } from "./answer.ts";
import type { Acm } from "./contract.ts";
import { goOn } from "./go-on.ts";
import { doelgroepOf } from "./medewerker-toegang.ts";
import {
  saveInteractie,
  interactieOf,
  countOpenstaande,
  forgetInteractie,
  type Interactie,
} from "./interaction.ts";
import { medewerkerId } from "./medewerker.ts";
import { forgetSignOut, signedOutHere } from "./medewerker-sign-out.ts";
import { SleutelError, type Answer, type WayOut } from "./medewerker-sleutel.ts";
import { medewerkerErrorPage, type ErrorMedewerker } from "./pages/index.ts";
import { workOf } from "./unit-of-work.ts";

type Next = () => Promise<unknown>;

/** Is this request one of an application that serves adults? */
export const servesAdults = (acm: Acm, ctx: KoaContextWithOIDC): boolean =>
  doelgroepOf(acm, ctx.oidc.client?.clientId ?? "") === "medewerkers";

/**
 * Sends an adult to the key of adults. No choice of key: an application serves pupils or adults, never both. The question
 * waits in the same sealed cookie as that of a pupil, bound to this browser and to its uid.
 */
export async function askKey(acm: Acm, ctx: KoaContextWithOIDC): Promise<void> {
  const { interactieNieuw } = workOf(ctx);
  if (!interactieNieuw) throw new Error("there is no request to sign in for");
  const interactie = interactieOf(acm, interactieNieuw);
  const { prompt, max_age: maxAge } = interactie.params;
  // The application asks for it; or somebody signed out here, and the next one at this computer may be somebody else.
  const opnieuw =
    prompt?.split(" ").includes("login") === true || maxAge !== undefined || signedOutHere(acm, ctx);
  try {
    if (!acm.sleutel) throw new SleutelError("niet-ingesteld");
    const { url, heenweg } = await acm.sleutel.begin({ uid: interactie.uid, opnieuw });
    saveInteractie(acm, ctx, { ...interactie, heenweg });
    countOpenstaande(acm, ctx, interactie.uid);
    ctx.status = 303;
    ctx.set("cache-control", "no-store");
    ctx.redirect(url);
  } catch (error) {
    refuse(acm, ctx, error, interactie);
  }
}

/** `terugPad`: the one address that the upstream knows. The cookie is at the address of the question itself: on to there. */
export function takeAnswerHome(acm: Acm, ctx: KoaContextWithOIDC): void {
  const { state } = ctx.query;
  const [, uid] = /^([\w-]{1,64})\./.exec(typeof state === "string" ? state : "") ?? [];
  if (uid === undefined) return keyExpired(acm, ctx);
  ctx.status = 303;
  ctx.set("cache-control", "no-store");
  ctx.redirect(`/op/v1/aanmelden/${uid}/medewerker${ctx.search}`);
}

/** The answer of the key, at the question that waits for it; a yes goes on to the application in this same request. */
export async function answerOfKey(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  interactie: Interactie,
  next: Next,
): Promise<void> {
  const { heenweg } = interactie;
  if (ctx.method !== "GET" || !heenweg) return keyExpired(acm, ctx);
  const answer = await readAnswer(acm, ctx, interactie, heenweg);
  if (!answer) return;
  const { medewerker, acr, amr, authTime } = answer;
  workOf(ctx).aanmelding = { accountUuid: null, medewerker };
  forgetSignOut(acm, ctx);
  const login = {
    accountId: medewerkerId(medewerker),
    acr,
    ...(amr && { amr }),
    ...(authTime !== undefined && { ts: authTime }),
  };
  return goOn(acm, ctx, interactie, login, next);
}

async function readAnswer(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  interactie: Interactie,
  heenweg: WayOut,
): Promise<Answer | undefined> {
  try {
    if (!acm.sleutel) throw new SleutelError("niet-ingesteld");
    return await acm.sleutel.back(ctx.search, heenweg);
  } catch (error) {
    forgetInteractie(acm, ctx, interactie.uid); // an answer counts once
    refuse(acm, ctx, error, interactie);
    return undefined;
  }
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
function refuse(acm: Acm, ctx: KoaContextWithOIDC, error: unknown, interactie?: Interactie): void {
  if (!(error instanceof SleutelError)) throw error;
  if (error.soort === "onbereikbaar") ctx.set("retry-after", "30");
  page(acm, ctx, error.soort, interactie, error);
}

/** The question is no longer there: too late, another browser, or the button Back. */
export const keyExpired = (acm: Acm, ctx: KoaContextWithOIDC): void => page(acm, ctx, "verlopen");

function page(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  soort: ErrorMedewerker,
  interactie?: Interactie,
  error?: SleutelError,
): void {
  const referentie = newReferentie(randomBytes);
  const clientId = interactie?.params["client_id"];
  const cause = error?.cause === undefined ? {} : describeError(error.cause);
  acm.refused.adults.add({ reason: soort });
  acm.ctx.log.warn({ referentie, reden: soort, client: clientId, ...cause }, "an adult did not get in");
  const toepassing = clientId === undefined ? loketOf(acm) : acm.clients().get(clientId)?.toepassing;
  sendPage(
    ctx,
    status[soort],
    medewerkerErrorPage({
      soort,
      referentie,
      tijdstip: acm.ctx.clock.now(),
      voet: acm.voet,
      ...(toepassing && {
        toepassing: toepassing.naam,
        opnieuwUrl: interactie ? againUrl(acm, interactie) : toepassing.startUrl,
      }),
    }),
  );
}

/** The request of the application, asked anew. */
const againUrl = (acm: Acm, { params }: Interactie): string =>
  `${acm.issuer}/v1/auth?${new URLSearchParams(params)}`;

/** Where an adult begins when nothing is known of his question: where nearly all of them work. */
const loketOf = (acm: Acm) =>
  [...acm.clients().values()].find(
    ({ doelgroep, toepassing }) => doelgroep === "medewerkers" && toepassing?.toepassing === "schoolloket",
  )?.toepassing;
