import { hash } from "#platform/crypto";
import { redirect, withCookies, type Answer } from "../answer.ts";
import { proceed, stepsAfterSignIn } from "../authorize/index.ts";
import { pathOf, type Form } from "../authorize/vraag.ts";
import { secondsNow, type Acm } from "../contract.ts";
import { SleutelError } from "#modules/medewerkers";
import { forgetSignOut } from "../sign-out/adult.ts";
import { findSessieOnly } from "../store.ts";
import { sessionIdOf, type Visit } from "../visit.ts";
import { findWebClient, type WebClient } from "../web-client.ts";
import { countsFor } from "../who.ts";
import { adultPage, keepWaiting, loketOf, refuseAdult, waitingIn } from "./ask-key.ts";

/** `terugPad`: the one address that the upstream knows. The cookie is at the address of the question itself: on to there. */
export function takeAnswerHome(acm: Acm, { query }: Visit): Answer {
  const [, uid] = /^([\w-]{1,64})\./.exec(new URLSearchParams(query).get("state") ?? "") ?? [];
  return uid === undefined ? adultPage(acm, "verlopen") : redirect(`${pathOf(uid)}/medewerker?${query}`);
}

/** The answer of the key, at the question that waits for it; a yes goes on to the application in this same request. */
export async function answerOfKey(acm: Acm, visit: Visit, uid: string): Promise<Answer> {
  const { vraag, heenweg } = waitingIn(acm, visit, uid) ?? {};
  const asking = findWebClient(acm, vraag?.clientId);
  const client = asking?.doelgroep === "medewerkers" ? asking : loketOf(acm);
  if (!client || client !== asking || !vraag || !heenweg) return again(acm, visit, client);
  const used = keepWaiting(acm, uid, { vraag }); // an answer counts once
  try {
    if (!acm.sleutel) throw new SleutelError("niet-ingesteld");
    const { medewerker, acr, amr, authTime } = await acm.sleutel.back(`?${visit.query}`, heenweg);
    const form: Form = { uid, vraag, client, sealed: "" };
    const bewijs = { acr, amr, authTime: authTime ?? secondsNow(acm) };
    const login = { wie: { accountUuid: null, medewerker }, bewijs } as const;
    const cookies = [used, ...forgetSignOut(acm, visit)];
    return await proceed({ acm, visit, client, vraag, form, login, cookies }, stepsAfterSignIn);
  } catch (error) {
    return withCookies(refuseAdult(acm, error, client), [used]);
  }
}

/** No question waits here any more: a second click, the button Back, another browser. Who is signed in goes on, anybody else begins anew. */
async function again(acm: Acm, visit: Visit, client: WebClient | undefined): Promise<Answer> {
  const id = sessionIdOf(visit, acm.cookies.sessie);
  const sessie = id === undefined ? undefined : await findSessieOnly(acm.ctx, hash(id));
  return sessie && client && countsFor(acm, sessie, client)
    ? redirect(client.startUrl)
    : adultPage(acm, "verlopen", client);
}
