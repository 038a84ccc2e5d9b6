import { document, html, logo } from "#platform/html";
import type { FooterLink, Html } from "#platform/html";

type Explanation = {
  readonly titel: string;
  readonly delen: readonly { readonly kop: string; readonly tekst: Html | string }[];
};

/** The public pages behind the footer, by path. */
export const uitlegPaginas = {
  "/wat-is-leerid": {
    titel: "Wat is LeerID?",
    delen: [
      {
        kop: "Eén sleutel voor al je leermiddelen",
        tekst:
          "LeerID is de aanmelding van de Vlaamse overheid voor leerlingen van het kleuter, lager en secundair onderwijs. Je meldt je één keer aan. Daarna open je elke toepassing die je school voor jou koos zonder je opnieuw aan te melden.",
      },
      {
        kop: "Waar komt mijn account vandaan?",
        tekst:
          "Je school schrijft je in. Die inschrijving komt bij LeerID terecht, en LeerID maakt daar een account van. Je school geeft je een gebruikersnaam en een eerste wachtwoord.",
      },
      {
        kop: "Wachtwoord vergeten?",
        tekst:
          "Vraag het aan je leerkracht. De LeerID-beheerder van je school kan je een nieuw wachtwoord geven.",
      },
    ],
  },
  "/privacy": {
    titel: "Privacy",
    delen: [
      {
        kop: "Wat krijgt een toepassing?",
        tekst:
          "Alleen de gegevens die in haar protocol met het Departement Onderwijs en Vorming staan, en alleen als jij vandaag ingeschreven bent in een school die de toepassing koos. Je rijksregisternummer geven we nooit door.",
      },
      {
        kop: "Wie kreeg mijn gegevens?",
        tekst: html`Elke keer dat een toepassing iets over jou krijgt, schrijven we dat op. Je ziet het op
          <a href="/gegevens">Wie kreeg mijn gegevens?</a>.`,
      },
      {
        kop: "Klopt er iets niet?",
        tekst:
          "Vertel het aan je school. Alleen je school kan je gegevens verbeteren; LeerID neemt de verbetering meteen over.",
      },
      {
        kop: "Cookies",
        tekst:
          "LeerID gebruikt alleen cookies die nodig zijn om je aangemeld te houden. Ze volgen je niet en verdwijnen als je je afmeldt of de browser sluit.",
      },
    ],
  },
  "/toegankelijkheid": {
    titel: "Toegankelijkheid",
    delen: [
      {
        kop: "Voor iedereen",
        tekst:
          "LeerID wil voldoen aan WCAG 2.2, niveau AA. Alles werkt met het toetsenbord, met een schermlezer, sterk vergroot en zonder JavaScript. Je mag je wachtwoord plakken of door een wachtwoordbeheerder laten invullen.",
      },
      {
        kop: "Lukt er iets niet?",
        tekst:
          "Vertel het aan je leerkracht of aan de LeerID-beheerder van je school. Die geeft het door aan het Departement Onderwijs en Vorming.",
      },
    ],
  },
} as const satisfies Record<string, Explanation>;

/** The links in the footer of every page for pupils. */
export function footerOf(loketUrl: string): FooterLink[] {
  return Object.entries(uitlegPaginas).map(([path, { titel }]) => ({
    tekst: titel,
    url: `${loketUrl}${path}`,
  }));
}

/** One public page with a few short texts. */
export function explanationPage({ titel, delen }: Explanation, voet: readonly FooterLink[]): string {
  return document({
    site: "leerling",
    title: titel,
    footer: voet,
    body: html`<main class="door" id="inhoud">
      ${logo("/")}
      <div class="door-card wide">
        <h1>${titel}</h1>
        ${delen.map(
          (part) =>
            html`<h2>${part.kop}</h2>
              <p>${part.tekst}</p>`,
        )}
        <div class="row"><a class="button" href="/">Naar mijn toepassingen</a></div>
      </div>
    </main>`,
  });
}
