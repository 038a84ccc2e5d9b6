import { document, formatDateTime, html, icon, reference, webUrl, whyAndWho } from "#platform/html";
import type { FooterLink, Moment } from "#platform/html";
import { doorLink } from "./parts.ts";

/** Why an adult did not get in. */
export type ErrorMedewerker =
  | "niet-ingesteld"
  | "onbereikbaar"
  | "afgebroken"
  | "te-zwak"
  | "zonder-vo-id"
  | "klopt-niet"
  | "verlopen";

export type ErrorMedewerkerInput = {
  readonly soort: ErrorMedewerker;
  readonly referentie: string;
  readonly tijdstip: Moment;
  /** What he wanted to open. */
  readonly toepassing?: string;
  /** Begins again. */
  readonly opnieuwUrl?: string;
  readonly voet?: readonly FooterLink[];
};

type Text = { readonly titel: string; readonly waarom: string; readonly wie: string };

const help = "Probeer opnieuw. Lukt het dan nog niet? Geef het nummer hieronder aan de helpdesk van LeerID.";

const texts: Record<ErrorMedewerker, Text> = {
  "niet-ingesteld": {
    titel: "Aanmelden voor medewerkers is nog niet ingesteld",
    waarom: "Deze LeerID weet nog niet met welke sleutel medewerkers zich aanmelden.",
    wie: "De uitbater van deze LeerID stelt dat in: de vier instellingen die met LEERID_MEDEWERKERS beginnen.",
  },
  onbereikbaar: {
    titel: "Aanmelden lukt nu even niet",
    waarom: "De dienst waarmee medewerkers zich aanmelden, antwoordt nu niet. Jij hebt niets fout gedaan.",
    wie: "Probeer over een paar minuten opnieuw. Duurt het lang? Geef het nummer hieronder aan de helpdesk van LeerID.",
  },
  afgebroken: {
    titel: "Je bent niet aangemeld",
    waarom: "Het aanmelden is gestopt voor het klaar was, of je account mag hier niet aanmelden.",
    wie: "Probeer opnieuw. Lukt het niet? Vraag de beheerder van de accounts in je school of organisatie om hulp.",
  },
  "te-zwak": {
    titel: "Meld je aan met een sterkere sleutel",
    waarom:
      "Hier staan gegevens van leerlingen. Daarom volstaat een wachtwoord alleen niet: je hebt een tweede stap nodig, zoals itsme of je eID.",
    wie: "Begin opnieuw en kies een manier van aanmelden met twee stappen. Heb je die nog niet? Vraag de beheerder van de accounts in je school of organisatie om hulp.",
  },
  "zonder-vo-id": {
    titel: "We weten niet wie je bent",
    waarom:
      "Je bent aangemeld, maar we kregen geen personeelsnummer van je account. Zonder dat nummer herkennen we je niet.",
    wie: "De beheerder van de accounts in je school of organisatie kan je account nakijken. Geef het nummer hieronder door.",
  },
  "klopt-niet": {
    titel: "Dit aanmelden klopt niet",
    waarom:
      "Het antwoord dat we kregen, hoort niet bij deze aanmelding. Misschien was het oud, of al eens gebruikt.",
    wie: help,
  },
  verlopen: {
    titel: "Begin opnieuw met aanmelden",
    waarom: "De aanmelding duurde te lang, of je ging terug in je browser. Jij hebt niets fout gedaan.",
    wie: help,
  },
};

/** An adult did not get in: what, why, who can help, and a way to begin again. */
export function medewerkerErrorPage(input: ErrorMedewerkerInput): string {
  const { titel, waarom, wie } = texts[input.soort];
  return document({
    site: "school",
    title: titel,
    ...(input.voet && { footer: input.voet }),
    body: doorLink(
      html`<h1>${titel}</h1>
        ${whyAndWho(waarom, wie)} ${reference(input.referentie, formatDateTime(input.tijdstip))}
        ${
          input.opnieuwUrl !== undefined &&
          html`<a class="button block" href="${webUrl(input.opnieuwUrl)}"
            >Opnieuw${input.toepassing !== undefined && html` naar ${input.toepassing}`}
            ${icon("arrow-right")}</a
          >`
        }`,
    ),
  });
}
