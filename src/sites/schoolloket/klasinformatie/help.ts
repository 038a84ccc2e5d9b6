import { formatList, html, icon, type Html } from "#platform/html";
import { listDeliveringPakketten } from "#modules/schoolsoftware";
import { route } from "../contract.ts";
import { hulpPad } from "../leveringen/page.ts";

/** Where one clicks: `A › B › C`. */
const stepsPath = (...stappen: readonly string[]): Html =>
  html`${stappen.map((step, plaats) => html`${plaats > 0 && " › "}<b>${step}</b>`)}`;

/** What one does once in the package, so that classes come in every night (R14, R69-R74). */
export const klasinformatieHulpRoutes = [
  route({
    method: "get",
    path: hulpPad,
    access: "aangemeld",
    summary: "hoe men elk pakket klassen laat leveren",
    async handle(v) {
      const others = (await listDeliveringPakketten(v.ctx)).filter(({ pakket }) => pakket !== "wisa");
      return v.page({
        titel: "Klasinformatie laten leveren",
        inhoud: html`<div class="page-head">
            <div>
              <h1>Klasinformatie laten leveren</h1>
              <p>Wie het administratieve pakket beheert in je school, stelt dit één keer in.</p>
            </div>
          </div>
          <section class="card stack prose" aria-labelledby="wisa">
            <h2 id="wisa">Wisa</h2>
            <h3>1. Zet de synchronisatie aan voor je school</h3>
            <ol>
              <li>Ga naar ${stepsPath("Schoolstructuur", "Instellingen", "Fiche")}.</li>
              <li>Open het tabblad ${stepsPath("Extra", "Allerlei")}.</li>
              <li>
                Vink <b>Synchroniseren met Leerid</b> aan. Heeft je bestuur meer scholen? Doe dit per school.
              </li>
            </ol>
            <h3>2. Kies wanneer Wisa levert</h3>
            <ol>
              <li>Ga naar ${stepsPath("Extra", "Onderhoud server", "Beheer scheduling")}.</li>
              <li>Klik op <b>Invoegen</b>.</li>
              <li>Kies bij Type job <b>Leerid synchronisatie</b>.</li>
              <li>
                Klik op <b>Tijdstip instellen</b>. Kies <b>Dagelijks</b> om 00:00, of een ander uur tussen 0
                en 9 uur.
              </li>
              <li>Klik op <b>OK</b> en daarna op <b>Bewaren</b>.</li>
            </ol>
            <div class="notice attention">
              ${icon("triangle-alert")}
              <div>
                <p class="title">Staat er "Eenmalig, op 1899-12-30 00:00"?</p>
                <p>
                  Dan is het tijdstip nog niet ingesteld en levert Wisa nooit. Doe de stap Tijdstip instellen
                  opnieuw. Kijk ook na dat <b>Tijdelijk niet actief</b> niet aangevinkt is.
                </p>
              </div>
            </div>
            <h3>Welke tijdstippen zijn er?</h3>
            <ul>
              <li><b>Eenmalig</b>: op één dag en uur.</li>
              <li><b>Dagelijks</b>: elke dag op hetzelfde uur. Dit raden we aan.</li>
              <li><b>Elk uur</b>: op een minuut die je kiest.</li>
              <li><b>Elke N minuten</b>: om de zoveel minuten.</li>
            </ul>
          </section>
          <section class="card stack prose" aria-labelledby="andere">
            <h2 id="andere">
              ${others.length === 0 ? "Andere pakketten" : formatList(others.map(({ naam }) => naam))}
            </h2>
            <p>
              Zet in je pakket de uitwisseling van klasinformatie met LeerID aan, en laat ze elke dag lopen,
              liefst tussen 0 en 9 uur. Waar dat staat, zegt de helpdesk van je pakket.
            </p>
          </section>
          <section class="card stack prose" aria-labelledby="daarna">
            <h2 id="daarna">Kijk de dag erna of het lukt</h2>
            <p>
              In <a href="/schoolinstellingen">Schoolinstellingen</a> staat van elke levering een
              ontvangstbewijs. Komt er 24 uur niets, dan zie je daar een rode melding.
            </p>
            <p>
              LeerID neemt alleen leveringen aan van het pakket dat in "Mijn Schoolsoftware" staat, en alleen
              zolang je school akkoord gaat met het delen van klasinformatie. Klopt een klas niet? Verbeter ze
              in je pakket: LeerID verandert zelf niets.
            </p>
          </section>`,
      });
    },
  }),
];
