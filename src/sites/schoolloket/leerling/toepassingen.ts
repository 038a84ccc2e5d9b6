import { appIcon, html, icon, type Html } from "#platform/html";
import { chain, type Feiten, type Reden } from "#modules/verstrekking";

/** Why not, in one line beside the name of the application. */
const kort: Readonly<Record<Reden, string>> = {
  "account-onbekend": "Het account is er niet meer.",
  "account-vervangen": "Het account is vervangen.",
  "toepassing-onbekend": "Hoort niet bij LeerID.",
  "niet-ingeschreven": "Vandaag niet ingeschreven.",
  "school-niet-open": "De school is vandaag niet open.",
  "geen-protocol": "Geen overeenkomst van kracht.",
  "niet-gekozen": "De school koos deze toepassing niet.",
  uitgesloten: "Verborgen door een uitzondering.",
  "niet-zichtbaar": "Geen regel van de school gaat over deze leerling.",
};

/**
 * What the pupil can open today through this school, each by the decision of D5, with the way to the whole chain. `feiten` = the
 * facts behind the wall of the school.
 */
export function toepassingenOf(
  leerling: { readonly accountUuid: string; readonly voornaam: string },
  feiten: Feiten | null,
): Html {
  const toepassingen = (feiten?.toepassingen ?? []).map((toepassing) => ({
    toepassing,
    reden: chain(feiten, { toepassing: toepassing.toepassing }).reden,
  }));
  const waarom = `/waarom?leerling=${leerling.accountUuid}&toepassing=`;
  return html`<section class="card" aria-labelledby="toepassingen">
    <div class="card-head">
      <h2 id="toepassingen">Toepassingen van ${leerling.voornaam}</h2>
      <span class="soft small">vandaag</span>
    </div>
    ${
      toepassingen.length === 0
        ? html`<p class="soft">
            Je school koos nog geen toepassing. Dat doe je in
            <a href="/applicatiebeheer">Applicatiebeheer</a>.
          </p>`
        : html`<ul class="rules">
            ${toepassingen.map(
              ({ toepassing, reden }) =>
                html`<li>
                  ${appIcon({ hue: toepassing.tint, initialen: toepassing.initialen })}
                  <span
                    ><b>${toepassing.naam}</b> ${
                      reden === null
                        ? html`<span class="pill ok">${icon("check")}Kan openen</span>`
                        : html`<span class="pill error">${icon("x")}Kan niet openen</span>`
                    }<br /><span class="soft small"
                      >${reden === null ? "Alles is in orde." : kort[reden]}
                      <a
                        href="${waarom}${toepassing.toepassing}"
                        aria-label="Waarom? ${toepassing.naam} stap voor stap nagaan"
                        >Waarom?</a
                      ></span
                    ></span
                  >
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}
