import type { IncomingMessage } from "node:http";
import type { KoaContextWithOIDC } from "oidc-provider";
import { clientAddress } from "#platform/address";
import { formTargets } from "#platform/html";
import { chooseWachtwoord, authenticate, type Outcome } from "#modules/aanmelding";
import type { ClientRecord } from "#modules/toepassingen";
import { getFeiten, type Feiten } from "#modules/verstrekking";
import { pageAnswer, send, sendPage, type Answer } from "./answer.ts";
import { answerBadge } from "./badge.ts";
import { readForm } from "./body.ts";
import { hash } from "#platform/crypto";
import { acr, amr, type Acm } from "./contract.ts";
import {
  saveInteractie,
  interactieOf,
  readInteractie,
  countOpenstaande,
  forgetInteractie,
  type Interactie,
} from "./interaction.ts";
import { endSessies } from "./end-sessions.ts";
import { goOn } from "./go-on.ts";
import { doelgroepOf } from "./medewerker-toegang.ts";
import { forgetSession } from "./logout.ts";
import { answerOfKey, keyExpired } from "./medewerker-sign-in.ts";
import { signInPage, firstTimePage, signInExpiredPage } from "./pages/index.ts";
import type { SignInError, FirstTimeError, Toepassing } from "./pages/index.ts";
import { findSessie } from "./store.ts";
import { workOf } from "./unit-of-work.ts";

type Next = () => Promise<unknown>;
const longest = 1024;

/** The form, at the authorization endpoint itself: no redirect between the application and the pupil. */
export function showForm(acm: Acm, ctx: KoaContextWithOIDC): void {
  const { interactieNieuw } = workOf(ctx);
  if (!interactieNieuw) throw new Error("there is no request to sign in for");
  const interactie = interactieOf(acm, interactieNieuw);
  saveInteractie(acm, ctx, interactie);
  countOpenstaande(acm, ctx, interactie.uid);
  formPage(acm, ctx, interactie, 200, { gebruikersnaam: interactie.params["login_hint"] ?? "" });
}

/**
 * `/v1/aanmelden/:uid`: the pupil's answer. The cookie binds it to the browser that began; the answer to a right password is
 * the provider's own resume step, in this same request, so that what leaves is the redirect to the application.
 */
export async function answerForm(acm: Acm, ctx: KoaContextWithOIDC, next: Next): Promise<void> {
  const [, uid = "", step] =
    /^\/v1\/aanmelden\/([\w-]{1,64})(?:\/(wachtwoord|wissel|medewerker|badge))?$/.exec(ctx.path) ?? [];
  const interactie = await readInteractie(acm, ctx.req.headers.cookie, uid);
  if (!interactie || (ctx.method === "POST" && isStrange(ctx.req)))
    return step === "medewerker" ? keyExpired(acm, ctx) : expired(acm, ctx);
  const clientId = interactie.params["client_id"] ?? "";
  workOf(ctx).clientId = clientId;
  // What serves adults knows no password of a pupil, and the other way round.
  if ((step === "medewerker") !== (doelgroepOf(acm, clientId) === "medewerkers")) return expired(acm, ctx);
  if (step === "medewerker") return answerOfKey(acm, ctx, interactie, next);
  if (step === "badge") {
    const [toepassing, formAction] = [toepassingOf(acm, interactie), targetsOf(acm, interactie)];
    return answerBadge(acm, ctx, { interactie, toepassing, formAction }, next);
  }
  if (ctx.method !== "POST") return formPage(acm, ctx, interactie, 200, {});
  const form = await readForm(ctx.req);
  if (!form) return expired(acm, ctx, 413);
  if (step === "wissel") return switchPupil(acm, ctx, interactie);
  if (step === "wachtwoord") return chooseOwn(acm, ctx, interactie, form, next);
  return signIn(acm, ctx, interactie, form, next);
}

/** A sibling site may plant a cookie, but its form says where it comes from. */
export const isStrange = ({ headers }: IncomingMessage): boolean =>
  !["same-origin", "none", ""].includes(String(headers["sec-fetch-site"] ?? ""));

/** What was typed, and which of the two boxes are empty. */
export function readTyped(form: URLSearchParams) {
  const gebruikersnaam = (form.get("gebruikersnaam") ?? "").slice(0, longest);
  const wachtwoord = (form.get("wachtwoord") ?? "").slice(0, longest);
  const leeg = [
    ...(gebruikersnaam.trim() === "" ? (["gebruikersnaam"] as const) : []),
    ...(wachtwoord === "" ? (["wachtwoord"] as const) : []),
  ];
  return { gebruikersnaam, wachtwoord, leeg };
}

/** A request of which the straight path already looked at the password: that is done once. */
export type Judged = IncomingMessage & { uitkomst?: Outcome };

async function signIn(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  interactie: Interactie,
  form: URLSearchParams,
  next: Next,
): Promise<void> {
  const { gebruikersnaam, wachtwoord, leeg } = readTyped(form);
  if (leeg.length > 0)
    return formPage(acm, ctx, interactie, 422, { gebruikersnaam, fout: { soort: "leeg", velden: leeg } });

  const clientId = interactie.params["client_id"] ?? "";
  const outcome =
    (ctx.req as Judged).uitkomst ??
    (await authenticate(acm.ctx, acm.poort, {
      gebruikersnaam,
      wachtwoord,
      clientId,
      bron: clientAddress(ctx.req, acm.proxies),
    }));
  switch (outcome.soort) {
    case "onjuist":
      return formPage(acm, ctx, interactie, 422, { gebruikersnaam, fout: { soort: "onjuist" } });
    case "wachten":
      ctx.set("retry-after", String(outcome.seconden));
      return formPage(acm, ctx, interactie, 429, { gebruikersnaam, fout: outcome });
    case "gelukt": {
      const { accountUuid, feiten } = outcome;
      if (!outcome.kiesWachtwoord) return resume(acm, ctx, interactie, { accountUuid, feiten }, next);
      const { account } = feiten;
      const proven: Interactie = {
        ...interactie,
        eersteKeer: {
          accountUuid,
          sleutelVersie: outcome.sleutelVersie,
          voornaam: account.voornaam,
          gebruikersnaam: account.gebruikersnaam ?? gebruikersnaam,
          minimum: outcome.minimum,
        },
      };
      saveInteractie(acm, ctx, proven);
      return ownPage(acm, ctx, proven, 200);
    }
  }
}

async function chooseOwn(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  interactie: Interactie,
  form: URLSearchParams,
  next: Next,
): Promise<void> {
  const { eersteKeer } = interactie;
  if (!eersteKeer) return expired(acm, ctx);
  const { accountUuid, sleutelVersie } = eersteKeer;
  const hier = ctx.cookies.get(acm.cookies.sessie, { signed: false });
  const keuze = await chooseWachtwoord(
    acm.ctx,
    {
      accountUuid,
      sleutelVersie,
      nieuw: (form.get("nieuw_wachtwoord") ?? "").slice(0, longest),
      herhaald: (form.get("nieuw_wachtwoord_herhaald") ?? "").slice(0, longest),
    },
    // Whoever was signed in with what is replaced is out, on every other device.
    (tx, wie) => endSessies(tx, wie, hier === undefined ? null : hash(hier)),
  );
  if (keuze.soort === "geweigerd") return ownPage(acm, ctx, interactie, 422, keuze);
  if (keuze.soort === "verlopen") {
    return formPage(acm, ctx, interactie, 422, { fout: { soort: "verlopen" } });
  }
  const clientId = interactie.params["client_id"] ?? "";
  const feiten = await getFeiten(acm.ctx, accountUuid, clientId, acm.ctx.clock.vandaag());
  if (!feiten) return expired(acm, ctx);
  return resume(acm, ctx, interactie, { accountUuid, feiten }, next);
}

/** Goes on where the provider stopped, as if the browser had followed its redirect. */
async function resume(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  interactie: Interactie,
  wie: { readonly accountUuid: Feiten["account"]["account_uuid"]; readonly feiten: Feiten },
  next: Next,
): Promise<void> {
  const { accountUuid, feiten } = wie;
  const werk = workOf(ctx);
  werk.feiten = feiten;
  werk.aanmelding = { accountUuid, medewerker: null };
  return goOn(acm, ctx, interactie, { accountId: accountUuid, acr, amr }, next);
}

/** "Ik ben … niet": the session of the other pupil ends, and the same request begins again. */
async function switchPupil(acm: Acm, ctx: KoaContextWithOIDC, interactie: Interactie): Promise<void> {
  const id = ctx.cookies.get(acm.cookies.sessie, { signed: false });
  const found = id === undefined ? undefined : await findSessie(acm.ctx, hash(id), "");
  if (found) workOf(ctx).beeindigd.push(found.sessie);
  forgetSession(acm, ctx);
  forgetInteractie(acm, ctx, interactie.uid);
  ctx.status = 303;
  ctx.redirect(restartUrl(acm, interactie));
}

/** The request of the application, asked anew; without what belonged to the pupil before. */
export function restartUrl(acm: Acm, { params }: Interactie): string {
  const { prompt: _prompt, login_hint: _loginHint, id_token_hint: _idTokenHint, ...rest } = params;
  return `${acm.issuer}/v1/auth?${new URLSearchParams(rest)}`;
}

type Filled = { readonly gebruikersnaam?: string; readonly fout?: SignInError };

const formPage = (
  acm: Acm,
  ctx: KoaContextWithOIDC,
  interactie: Interactie,
  status: number,
  filled: Filled,
): void => send(ctx, formAnswer(acm, interactie, status, filled));

/** The form that asks name and password for this request. */
export function formAnswer(
  acm: Acm,
  interactie: Pick<Interactie, "uid" | "params">,
  status: number,
  { gebruikersnaam, fout }: Filled,
): Answer {
  const page = signInPage({
    toepassing: toepassingOf(acm, interactie),
    actie: `/op/v1/aanmelden/${interactie.uid}`,
    badgeUrl: `/op/v1/aanmelden/${interactie.uid}/badge`,
    voet: acm.voet,
    ...(gebruikersnaam !== undefined && { gebruikersnaam: gebruikersnaam.slice(0, 200) }),
    ...(fout && { fout }),
  });
  return pageAnswer(status, page, { formAction: targetsOf(acm, interactie) });
}

function ownPage(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  interactie: Interactie,
  status: number,
  keuze?: { readonly fout: FirstTimeError["soort"]; readonly minimum: number },
): void {
  const proven = interactie.eersteKeer;
  if (!proven) return expired(acm, ctx);
  const page = firstTimePage({
    toepassing: toepassingOf(acm, interactie),
    actie: `/op/v1/aanmelden/${interactie.uid}/wachtwoord`,
    voet: acm.voet,
    voornaam: proven.voornaam,
    gebruikersnaam: proven.gebruikersnaam,
    minimum: keuze?.minimum ?? proven.minimum,
    ...(keuze && { fout: { soort: keuze.fout } }),
  });
  sendPage(ctx, status, page, { formAction: targetsOf(acm, interactie) });
}

function expired(acm: Acm, ctx: KoaContextWithOIDC, status = 400): void {
  sendPage(ctx, status, signInExpiredPage({ loketUrl: acm.loketUrl, voet: acm.voet }));
}

const clientOf = (acm: Acm, interactie: Pick<Interactie, "params">): ClientRecord | undefined =>
  acm.clients().get(interactie.params["client_id"] ?? "");

/** The application as the pupil sees it. */
export function toepassingOf(acm: Acm, interactie: Pick<Interactie, "params">): Toepassing {
  const toepassing = clientOf(acm, interactie)?.toepassing;
  return toepassing
    ? { naam: toepassing.naam, hue: toepassing.tint, initialen: toepassing.initialen }
    : { naam: "LeerID", hue: 1, initialen: "L" };
}

/** The form ends in a redirect to the application, which browsers hold to form-action as well. */
function targetsOf(acm: Acm, interactie: Pick<Interactie, "params">): readonly string[] {
  const uris = clientOf(acm, interactie)?.metadata["redirect_uris"];
  return formTargets(Array.isArray(uris) ? uris.filter((uri): uri is string => typeof uri === "string") : []);
}
