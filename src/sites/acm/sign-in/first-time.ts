import { authenticate, chooseWachtwoord } from "#modules/aanmelding";
import { getFeiten } from "#modules/verstrekking";
import { hash } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";
import { pageAnswer, redirect, withCookies, type Answer } from "../answer.ts";
import { formUrl, pathOf, type Form } from "../authorize/vraag.ts";
import { readForm as readFields } from "../body.ts";
import { acr, amr, duur, type Acm } from "../contract.ts";
import { cookieOf, setCookie } from "../cookies.ts";
import { endSessies } from "../end-sessions.ts";
import { firstTimePage } from "../pages/index.ts";
import type { FirstTimeError } from "../pages/index.ts";
import { originOf, sessionIdOf, type Visit } from "../visit.ts";
import { finish, type Pupil } from "./finish.ts";
import { formPage, tooLarge } from "./form.ts";

/** Characters of a password; the rest is none. */
const longest = 1024;

/** A pupil who proved an initial password and still has to choose an own one. */
type FirstTime = {
  readonly accountUuid: AccountUuid;
  /** Changes with the password: this proof counts once. */
  readonly sleutelVersie: string;
  readonly voornaam: string;
  readonly gebruikersnaam: string;
  readonly minimum: number;
};
type Kept = FirstTime & { readonly tot: number };

const place = (uid: string): string => `eerste-keer\0${uid}`;

/** Asks for an own password. That the initial one was right, this browser keeps for a while, sealed, for this form. */
export function askOwn(acm: Acm, form: Form, proven: FirstTime): Answer {
  const kept: Kept = { ...proven, tot: acm.ctx.clock.now() + duur.vraag * 1000 };
  const sealed = acm.bos.zegel.seal(JSON.stringify(kept), place(form.uid));
  const cookie = setCookie(acm, acm.cookies.eersteKeer, sealed, pathOf(form.uid), duur.vraag);
  return withCookies(ownPage(acm, form, 200, proven), [cookie]);
}

/** The same page again, while this browser knows that the initial password was right. */
export function showOwn(acm: Acm, visit: Visit, form: Form): Answer | undefined {
  const proven = provenIn(acm, visit, form);
  return proven && ownPage(acm, form, 200, proven);
}

/** `/v1/aanmelden/:uid/wachtwoord`: the own password, which replaces the initial one. */
export async function chooseOwn(acm: Acm, visit: Visit, form: Form): Promise<Answer> {
  const fields = await readFields(visit.req);
  if (!fields) return tooLarge(acm);
  const proven = provenIn(acm, visit, form);
  if (!proven)
    return sessionIdOf(visit, acm.cookies.sessie) === undefined
      ? formPage(acm, form, 422, { fout: { soort: "te-laat" } })
      : redirect(formUrl(form));
  const { accountUuid, sleutelVersie, gebruikersnaam } = proven;
  const nieuw = (fields.get("nieuw_wachtwoord") ?? "").slice(0, longest);
  const hier = sessionIdOf(visit, acm.cookies.sessie);
  const keuze = await chooseWachtwoord(
    acm.ctx,
    {
      accountUuid,
      sleutelVersie,
      nieuw,
      herhaald: (fields.get("nieuw_wachtwoord_herhaald") ?? "").slice(0, longest),
    },
    // Whoever was signed in with what is replaced is out, on every other device.
    (tx, wie) => endSessies(tx, wie, hier === undefined ? null : hash(hier)),
  );
  const { clientId } = form.client;
  if (keuze.soort === "geweigerd")
    return ownPage(acm, form, 422, { ...proven, minimum: keuze.minimum }, keuze.fout);
  if (keuze.soort === "verlopen") {
    // A second click: what he chose is his password by now.
    const again = await authenticate(acm.ctx, acm.poort, {
      gebruikersnaam,
      wachtwoord: nieuw,
      clientId,
      ...originOf(acm, visit),
    });
    if (again.soort !== "gelukt" || again.kiesWachtwoord || again.accountUuid !== accountUuid)
      return formPage(acm, form, 422, { gebruikersnaam, fout: { soort: "verlopen" } });
    return finishOwn(acm, visit, form, again);
  }
  const feiten = await getFeiten(acm.ctx, accountUuid, clientId, acm.ctx.clock.vandaag());
  if (!feiten) return redirect(formUrl(form));
  return finishOwn(acm, visit, form, { accountUuid, feiten });
}

/** What he proved with was for once: Back goes on to the application. */
async function finishOwn(acm: Acm, visit: Visit, form: Form, pupil: Omit<Pupil, "acr">): Promise<Answer> {
  const spent = setCookie(acm, acm.cookies.eersteKeer, null, pathOf(form.uid));
  return withCookies(await finish(acm, visit, form, { ...pupil, acr, amr }), [spent]);
}

function provenIn(acm: Acm, visit: Visit, { uid }: Form): FirstTime | undefined {
  const sealed = cookieOf(visit.cookies, acm.cookies.eersteKeer);
  const text = sealed === undefined ? undefined : acm.bos.zegel.unseal(sealed, place(uid));
  if (text === undefined) return undefined;
  const kept = JSON.parse(text) as Kept;
  return kept.tot > acm.ctx.clock.now() ? kept : undefined;
}

function ownPage(
  acm: Acm,
  form: Form,
  status: number,
  proven: FirstTime,
  fout?: FirstTimeError["soort"],
): Answer {
  const { toepassing, formAction } = form.client;
  const { voornaam, gebruikersnaam, minimum } = proven;
  const page = firstTimePage({
    toepassing,
    actie: formUrl(form, "wachtwoord"),
    voet: acm.voet,
    voornaam,
    gebruikersnaam,
    minimum,
    ...(fout && { fout: { soort: fout } }),
  });
  return pageAnswer(status, page, { formAction });
}
