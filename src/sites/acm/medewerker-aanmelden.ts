import { randomBytes } from "node:crypto";
import type { KoaContextWithOIDC } from "oidc-provider";
import { newReferentie } from "#platform/ids";
import { describeError } from "#platform/log";
import { sendPage } from "./answer.ts";
import type { Acm } from "./contract.ts";
import { goOn } from "./go-on.ts";
import { doelgroepVan } from "./medewerker-toegang.ts";
import {
  bewaarInteractie,
  interactieVan,
  telOpenstaande,
  vergeetInteractie,
  type Interactie,
} from "./interaction.ts";
import { medewerkerId } from "./medewerker.ts";
import { forgetSignOut, signedOutHere } from "./medewerker-afmelden.ts";
import { SleutelFout, type Antwoord, type Heenweg } from "./medewerker-sleutel.ts";
import { foutMedewerker, type FoutMedewerker } from "./pages/index.ts";
import { werkVan } from "./unit-of-work.ts";

type Next = () => Promise<unknown>;

/** Is this request one of an application that serves adults? */
export const servesAdults = (acm: Acm, ctx: KoaContextWithOIDC): boolean =>
  doelgroepVan(acm, ctx.oidc.client?.clientId ?? "") === "medewerkers";

/**
 * Sends an adult to the key of adults. No choice of key: an application serves pupils or adults, never both. The question
 * waits in the same sealed cookie as that of a pupil, bound to this browser and to its uid.
 */
export async function askKey(acm: Acm, ctx: KoaContextWithOIDC): Promise<void> {
  const { interactieNieuw } = werkVan(ctx);
  if (!interactieNieuw) throw new Error("there is no request to sign in for");
  const interactie = interactieVan(acm, interactieNieuw);
  const { prompt, max_age: maxAge } = interactie.params;
  // The application asks for it; or somebody signed out here, and the next one at this computer may be somebody else.
  const opnieuw =
    prompt?.split(" ").includes("login") === true || maxAge !== undefined || signedOutHere(acm, ctx);
  try {
    if (!acm.sleutel) throw new SleutelFout("niet-ingesteld");
    const { url, heenweg } = await acm.sleutel.heen({ uid: interactie.uid, opnieuw });
    bewaarInteractie(acm, ctx, { ...interactie, heenweg });
    telOpenstaande(acm, ctx, interactie.uid);
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
  const antwoord = await readAnswer(acm, ctx, interactie, heenweg);
  if (!antwoord) return;
  const { medewerker, acr, amr, authTime } = antwoord;
  werkVan(ctx).aanmelding = { accountUuid: null, medewerker };
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
  heenweg: Heenweg,
): Promise<Antwoord | undefined> {
  try {
    if (!acm.sleutel) throw new SleutelFout("niet-ingesteld");
    return await acm.sleutel.terug(ctx.search, heenweg);
  } catch (error) {
    vergeetInteractie(acm, ctx, interactie.uid); // an answer counts once
    refuse(acm, ctx, error, interactie);
    return undefined;
  }
}

const status: Record<FoutMedewerker, number> = {
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
  if (!(error instanceof SleutelFout)) throw error;
  if (error.soort === "onbereikbaar") ctx.set("retry-after", "30");
  page(acm, ctx, error.soort, interactie, error);
}

/** The question is no longer there: too late, another browser, or the button Back. */
export const keyExpired = (acm: Acm, ctx: KoaContextWithOIDC): void => page(acm, ctx, "verlopen");

function page(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  soort: FoutMedewerker,
  interactie?: Interactie,
  error?: SleutelFout,
): void {
  const referentie = newReferentie(randomBytes);
  const clientId = interactie?.params["client_id"];
  const cause = error?.cause === undefined ? {} : describeError(error.cause);
  acm.ctx.log.warn({ referentie, reden: soort, client: clientId, ...cause }, "an adult did not get in");
  const toepassing = clientId === undefined ? loketVan(acm) : acm.clients().get(clientId)?.toepassing;
  sendPage(
    ctx,
    status[soort],
    foutMedewerker({
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
const loketVan = (acm: Acm) =>
  [...acm.clients().values()].find(
    ({ doelgroep, toepassing }) => doelgroep === "medewerkers" && toepassing?.toepassing === "schoolloket",
  )?.toepassing;
