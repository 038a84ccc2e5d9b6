import { formatDate, html, postButton } from "#platform/html";
import { notice } from "#platform/staff-site";
import type { Ending, Recht } from "#modules/rechten";
import type { PageContent } from "./contract.ts";

/**
 * For the open tab of somebody whose right in this school is no more (D10): until when it ran, who can help, and the way on. Nothing of
 * the school stands on it.
 * @param einde how it ended, when we know: a role that is taken away leaves nothing behind
 * @param rechten where he still has rights
 */
export function rightExpiredPage(
  instellingsnummer: string,
  einde: (Ending & { readonly school: string }) | null,
  rechten: readonly Recht[],
): PageContent {
  const school = einde ? `${einde.school} (${instellingsnummer})` : `school ${instellingsnummer}`;
  const redenen = {
    opdracht: html`Je directeursopdracht in ${school} liep tot en met <b>${einde && formatDate(einde.op)}</b>.
      Daarna heb je daar geen recht meer.`,
    beeindigd: html`De directeur van ${school} beëindigde je recht als LeerID-beheerder op
      <b>${einde && formatDate(einde.op)}</b>.`,
  };
  return {
    titel: "Je recht is voorbij",
    status: 403,
    inhoud: notice({
      titel: "Je recht is voorbij",
      waarom: einde ? redenen[einde.soort] : `Je hebt geen recht meer in ${school}.`,
      wie:
        einde?.soort === "opdracht"
          ? "Wie de directeursopdrachten van de school verstuurt. Een nieuwe opdracht telt vanaf de maandag nadat ze verstuurd is."
          : "De directeur van de school.",
      verder: html`<div class="row">
        ${rechten.map(({ school: andere }) =>
          postButton(
            { url: "/school", velden: { instellingsnummer: andere.instellingsnummer } },
            html`<button class="button">Verder in ${andere.naam}</button>`,
          ),
        )}
        <a class="button secondary" href="/geen-recht">Bekijk wat je kunt doen</a>
      </div>`,
    }),
  };
}
