import { html } from "#platform/html";
import { route } from "./contract.ts";

/** Pages that explain, for whoever is signed in with or without a right. */
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
            <h2>Wie doet wat?</h2>
            <p>
              Een <b>LeerID-beheerder</b> geeft accounts uit en kiest welke toepassingen leerlingen zien. De
              <b>databeheerder</b> is de directeur: hij beslist of de school klasinformatie deelt, en benoemt
              de LeerID-beheerders.
            </p>
            <h2>Kloppen de gegevens van een leerling niet?</h2>
            <p>
              LeerID krijgt ze van Discimus, en Discimus van je school. Verbeter ze in het administratieve
              pakket van je school. Daarna staan ze hier vanzelf juist.
            </p>
            <h2>Kan een leerling niet binnen?</h2>
            <p>
              Zoek de leerling, of typ het nummer dat op het scherm van de leerling stond, in
              <a href="/waarom">Waarom kan deze leerling niet binnen?</a> Je ziet dan stap voor stap waar het
              misloopt en wie het kan oplossen.
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
              Het Schoolloket volgt WCAG 2.2, niveau AA. Alles werkt met alleen een toetsenbord en zonder
              JavaScript. Loopt er toch iets mis? Geef het door aan de helpdesk, met het adres van de pagina.
            </p>
          </section>`,
      }),
  }),
];
