import { authenticate } from "#modules/aanmelding";
import { withCookies, withHeaders, type Answer } from "../answer.ts";
import type { Form } from "../authorize/vraag.ts";
import { readForm as readFields } from "../body.ts";
import { acr, amr, type Acm } from "../contract.ts";
import { toestelCookies } from "../cookies.ts";
import { originOf, type Visit } from "../visit.ts";
import { finish } from "./finish.ts";
import { askOwn } from "./first-time.ts";
import { formPage, tooLarge } from "./form.ts";

/** Characters of what is typed; the rest is no name and no password. */
const longest = 1024;

/** What was typed: the right password is a sign-in, an initial one leads to an own one, anything else to the form again. */
export async function answerPassword(acm: Acm, visit: Visit, form: Form): Promise<Answer> {
  const fields = await readFields(visit.req);
  if (!fields) return tooLarge(acm);
  const gebruikersnaam = (fields.get("gebruikersnaam") ?? "").slice(0, longest);
  const wachtwoord = (fields.get("wachtwoord") ?? "").slice(0, longest);
  const velden = [
    ...(gebruikersnaam.trim() === "" ? (["gebruikersnaam"] as const) : []),
    ...(wachtwoord === "" ? (["wachtwoord"] as const) : []),
  ];
  if (velden.length > 0) return formPage(acm, form, 422, { gebruikersnaam, fout: { soort: "leeg", velden } });
  const outcome = await authenticate(acm.ctx, acm.poort, {
    gebruikersnaam,
    wachtwoord,
    clientId: form.client.clientId,
    ...originOf(acm, visit),
  });
  switch (outcome.soort) {
    case "onjuist":
      return formPage(acm, form, 422, { gebruikersnaam, fout: outcome });
    case "wachten":
      return withHeaders(formPage(acm, form, 429, { gebruikersnaam, fout: outcome }), {
        "retry-after": String(outcome.seconden),
      });
    case "gelukt": {
      const { accountUuid, feiten, toestel, kiesWachtwoord, sleutelVersie, minimum } = outcome;
      if (!kiesWachtwoord) return finish(acm, visit, form, { accountUuid, feiten, toestel, acr, amr });
      const asked = askOwn(acm, form, {
        accountUuid,
        sleutelVersie,
        voornaam: feiten.account.voornaam,
        gebruikersnaam: feiten.account.gebruikersnaam ?? gebruikersnaam,
        minimum,
      });
      return withCookies(asked, toestelCookies(acm, toestel));
    }
  }
}
