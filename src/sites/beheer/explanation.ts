import { formatList, html, icon } from "#platform/html";
import { route } from "./contract.ts";
import { functies, taken } from "./functies.ts";

/** Pages that explain, for whoever is signed in with or without a function. */
export const uitlegRoutes = [
  route({
    method: "get",
    path: "/hulp",
    access: "aangemeld",
    summary: "een vaste pagina",
    handle: (v) =>
      v.page({
        titel: "Hulp",
        inhoud: html`<div class="page-head"><h1>Hulp</h1></div>
          <section class="card stack">
            <h2>Wie kan wat?</h2>
            <p>Je ziet in beheer alleen wat je functie vraagt. Gegevens van leerlingen staan er niet.</p>
            <ul class="rules">
              ${functies.map(
                (functie) =>
                  html`<li>
                    ${icon("users")}<span
                      ><b>${functie.naam}</b
                      ><br />${formatList(functie.taken.map((taak) => taken[taak]))}</span
                    >
                  </li>`,
              )}
            </ul>
            <p>
              Een functie krijg je in ACM/IDM, van wie daar de rechten voor LeerID geeft. Ze telt vanaf je
              volgende aanmelding.
            </p>
          </section>`,
      }),
  }),
  route({
    method: "get",
    path: "/toegankelijkheid",
    access: "aangemeld",
    summary: "een vaste pagina",
    handle: (v) =>
      v.page({
        titel: "Toegankelijkheid",
        inhoud: html`<div class="page-head"><h1>Toegankelijkheid</h1></div>
          <section class="card stack">
            <p>
              Beheer volgt WCAG 2.2, niveau AA. Alles werkt met alleen een toetsenbord en zonder JavaScript.
              Loopt er toch iets mis? Geef het door aan de helpdesk, met het adres van de pagina.
            </p>
          </section>`,
      }),
  }),
];
