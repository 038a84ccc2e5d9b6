import { html, postButton, type Html } from "#platform/html";
import type { Problem } from "#platform/problem";
import { notice, noticeSheet, type Sheet } from "./page.ts";

/** A refusal as a page. Of what could not be read, the field and never the value. */
export function refused({ kind, detail }: Problem, kleiner: string): Sheet {
  if (kind.code === "te-groot") return tooLarge(kleiner);
  if (kind.code !== "ongeldige-invoer" && kind.code !== "verkeerd-formaat")
    return noticeSheet(kind.status, {
      titel: kind.titel.replace(/\.$/, ""),
      waarom: kind.titel,
      wie: kind.herstel,
    });
  return noticeSheet(kind.status, {
    titel: "Dit kunnen we niet lezen",
    waarom: html`Wat je stuurde, past niet bij deze pagina. Daarom doen we er niets mee.
    ${detail !== undefined && html`(${detail})`}`,
    wie: "Ga terug, laad de pagina opnieuw en probeer nog eens. Lukt het dan nog niet? Geef dit door aan de helpdesk, met het adres van de pagina.",
  });
}

const tryAgain = (opnieuw: string): Html =>
  html`<p><a class="button" href="${opnieuw}">Opnieuw aanmelden</a></p>`;

export const notSignedIn = (opnieuw: string, wieHelpt: string): Sheet =>
  noticeSheet(403, {
    titel: "Je bent niet aangemeld",
    waarom: "Het aanmelden is niet afgemaakt, of het duurde te lang.",
    wie: `Probeer het opnieuw. Lukt het niet? ${wieHelpt}`,
    verder: tryAgain(opnieuw),
  });

/** The browser came back twice without what it was given to keep. */
export const withoutCookies = (opnieuw: string, wieHelpt: string): Sheet =>
  noticeSheet(400, {
    titel: "Je browser bewaart geen cookies",
    waarom:
      "We kunnen je niet aangemeld houden: je browser stuurt de cookie die we daarvoor nodig hebben, niet terug.",
    wie: `Sta cookies toe voor deze website en probeer het opnieuw. Dat staat in de instellingen van je browser, bij privacy. Gebruikt je school een filter of een uitbreiding die cookies tegenhoudt? ${wieHelpt}`,
    verder: tryAgain(opnieuw),
  });

export const signedOut: Sheet = {
  titel: "Je bent afgemeld",
  inhoud: html`<div class="page-head"><h1>Je bent afgemeld</h1></div>
    <section class="card stack">
      <p>Sluit de browser als anderen deze computer ook gebruiken.</p>
      <p><a class="button" href="/aanmelden">Aanmelden</a></p>
    </section>`,
};

export const askSignOut: Sheet = {
  titel: "Wil je je afmelden?",
  inhoud: html`<div class="page-head"><h1>Wil je je afmelden?</h1></div>
    <section class="card stack">
      <p>Daarna kan niemand op deze computer nog verder met jouw naam.</p>
      <div class="row">
        ${postButton("/afmelden", html`<button class="button">Ja, meld me af</button>`)}
        <a class="button secondary" href="/">Nee, ik blijf aangemeld</a>
      </div>
    </section>`,
};

/**
 * The session ended before this form was posted. What was filled in waits on this page until he has signed in again.
 * @param fields what was posted; undefined when it could not be read
 */
export function sessionEnded(
  action: string,
  fields: readonly (readonly [string, string])[] | undefined,
  again: string,
): Sheet {
  if (!fields)
    return noticeSheet(403, {
      titel: "Je bent niet meer aangemeld",
      waarom:
        "Je was te lang weg, of je meldde je af in een ander tabblad. Wat je verstuurde, is niet bewaard.",
      wie: "Meld je opnieuw aan en doe het nog eens.",
      verder: tryAgain("/aanmelden"),
    });
  return {
    titel: "Je bent niet meer aangemeld",
    status: 403,
    inhoud: html`<div class="page-head"><h1>Je bent niet meer aangemeld</h1></div>
      <section class="card stack prose">
        <p>
          Je was te lang weg, of je meldde je af in een ander tabblad. Wat je verstuurde, is
          <b>nog niet bewaard</b>. Het wacht op deze pagina.
        </p>
        <p><b>1.</b> Meld je aan in een nieuw tabblad.</p>
        <p><a class="button" href="${again}" target="_blank">Aanmelden in een nieuw tabblad</a></p>
        <p><b>2.</b> Kom terug naar dit tabblad en verstuur opnieuw.</p>
        <form action="${action}" method="post">
          ${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
          <button class="button secondary">Verstuur opnieuw</button>
        </form>
      </section>`,
  };
}

export const signedInAgain: Sheet = {
  titel: "Je bent weer aangemeld",
  inhoud: html`<div class="page-head"><h1>Je bent weer aangemeld</h1></div>
    <section class="card stack prose">
      <p>Sluit dit tabblad. Ga terug naar het tabblad waar je bezig was, en kies <b>Verstuur opnieuw</b>.</p>
      <p><a href="/">Of ga naar het begin</a></p>
    </section>`,
};

const tooLarge = (kleiner: string): Sheet =>
  noticeSheet(413, {
    titel: "Dit formulier is te groot",
    waarom: "Je stuurde meer dan we in één keer aannemen.",
    wie: kleiner,
  });

export const notOurs = (naam: string): Sheet =>
  noticeSheet(403, {
    titel: "Dit formulier komt niet van ons",
    waarom: "De vraag kwam van een andere website. Daarom doen we niets.",
    wie: `Begin opnieuw in ${naam}.`,
  });

export const notNow = (referentie: string): Sheet => ({
  titel: "Dit lukt nu even niet",
  inhoud: notice({
    titel: "Dit lukt nu even niet",
    waarom: "Er ging iets mis bij LeerID. Er is niets half bewaard.",
    wie: "Probeer het straks opnieuw. Lukt het dan nog niet? Geef dit nummer aan de helpdesk.",
    referentie,
  }),
});
