import { errorSheet as demosleutelFout, personenSheet } from "#demo/upstream/pages";
import { personas } from "#demo/upstream/personas";
import { html } from "#platform/html";
import * as acm from "#sites/acm/pages";
import * as loket from "#sites/leerlingloket/pages";

/** Every page in every state that looks different, by the name it gets in the test server. */
export type Fixture = { readonly html: string; readonly error?: boolean };

const bingel = { naam: "Bingel", hue: 1, initialen: "Bi" };
const sterrenwacht = { naam: "Sterrenwacht", hue: 3, initialen: "St" };
const long = { naam: "Donaudampfschifffahrtsgesellschaft-Oefenplatform", hue: 12, initialen: "Wm" };
const nasty = `<script>alert(1)</script>" onload='x' & <b>vet`;
/** 24 November 2026, 10.42 in Brussels */
const moment = Date.parse("2026-11-24T09:42:00Z");
const footer = [
  { tekst: "Wat is LeerID?", url: "/over" },
  { tekst: "Privacy", url: "/privacy" },
  { tekst: "Toegankelijkheid", url: "/toegankelijkheid" },
];
const signIn = { toepassing: bingel, actie: "/echo", voet: footer };
const badgeWay = { toepassing: bingel, actie: "/echo", terug: "/aanmelden", voet: footer };
const firstTime = {
  toepassing: bingel,
  actie: "/echo",
  voornaam: "Noor",
  gebruikersnaam: "noor.vermeulen",
  minimum: 10,
};
const refusal = {
  toepassing: sterrenwacht,
  voornaam: "Noor",
  waarom: html`Sterrenwacht staat niet aan voor jouw klas, <b>3A</b>. Jij hebt niets fout gedaan.`,
  wie: html`Vraag het aan je leerkracht. Die geeft het nummer hieronder aan de
    <b>LeerID-beheerder van Basisschool De Regenboog</b>.`,
  referentie: "GT-7K4-29",
  tijdstip: moment,
  loketUrl: "/loket",
  voet: footer,
};
const pupil = {
  voornaam: "Noor",
  naam: "Vermeulen",
  school: "Basisschool De Regenboog",
  klas: "3A",
  afmeldenActie: { url: "/echo", velden: { csrf: "x" } },
  gegevensUrl: "/gegevens",
  voet: footer,
};
const tiles = [
  ["Bingel", "Oefenen voor alle vakken"],
  ["Cijferbos", "Rekenen in het bos"],
  ["Letterlab", "Lezen en schrijven"],
  ["Boekenplank", "Boeken uitlenen en lezen"],
  ["Klankdoos", "Muziek maken"],
  ["Wereldkaart", "Landen, steden en rivieren"],
  ["Proefjeskast", "Proefjes voor techniek"],
  ["Typtrein", "Leren typen met tien vingers"],
].map(([naam = "", omschrijving = ""], index) => ({
  naam,
  omschrijving,
  hue: index + 1,
  initialen: naam.slice(0, 2),
  url: `/open/${index}`,
  nieuw: naam === "Klankdoos",
}));
const whole = ["je voornaam", "je naam", "je LeerID-nummer", "de school waar je zit"];

export const fixtures: Readonly<Record<string, Fixture>> = {
  aanmelden: { html: acm.signInPage({ ...signIn, badgeUrl: "/badge" }) },
  "aanmelden-zonder-badge": { html: acm.signInPage({ ...signIn, toepassing: long }) },
  "aanmelden-onjuist": {
    html: acm.signInPage({ ...signIn, gebruikersnaam: "noor.vermeulem", fout: { soort: "onjuist" } }),
    error: true,
  },
  "aanmelden-wachten": {
    html: acm.signInPage({
      ...signIn,
      gebruikersnaam: "noor.vermeulen",
      fout: { soort: "wachten", seconden: 2 },
    }),
    error: true,
  },
  "aanmelden-leeg": {
    html: acm.signInPage({ ...signIn, fout: { soort: "leeg", velden: ["gebruikersnaam", "wachtwoord"] } }),
    error: true,
  },
  "aanmelden-te-laat": { html: acm.signInPage({ ...signIn, fout: { soort: "te-laat" } }), error: true },
  "aanmelden-verlopen": { html: acm.signInPage({ ...signIn, fout: { soort: "verlopen" } }), error: true },
  "aanmelden-gevaarlijk": {
    html: acm.signInPage({
      ...signIn,
      toepassing: { naam: nasty, hue: Number.NaN, initialen: "<i" },
      gebruikersnaam: nasty,
      badgeUrl: "javascript:alert(1)",
    }),
  },
  badge: { html: acm.badge(badgeWay) },
  "badge-onbekend": { html: acm.badge({ ...badgeWay, fout: "onbekend" }), error: true },
  "badge-te-oud": { html: acm.badge({ ...badgeWay, fout: "te-oud" }), error: true },
  plaatje: { html: acm.choosePlaatje({ ...badgeWay, badge: "K7M2-P4TR" }) },
  "plaatje-onjuist": {
    html: acm.choosePlaatje({ ...badgeWay, badge: nasty, fout: { soort: "onjuist" } }),
    error: true,
  },
  "plaatje-morgen": {
    html: acm.choosePlaatje({
      ...badgeWay,
      badge: "K7M2-P4TR",
      fout: { soort: "wachten", seconden: 40_000 },
    }),
    error: true,
  },
  "plaatje-wachten": {
    html: acm.choosePlaatje({ ...badgeWay, badge: "K7M2-P4TR", fout: { soort: "wachten", seconden: 2 } }),
    error: true,
  },
  "eerste-keer": { html: acm.firstTimePage(firstTime) },
  "eerste-keer-gewoon": {
    html: acm.firstTimePage({ ...firstTime, fout: { soort: "te-gewoon" } }),
    error: true,
  },
  "eerste-keer-kort": { html: acm.firstTimePage({ ...firstTime, fout: { soort: "te-kort" } }), error: true },
  "eerste-keer-naam": {
    html: acm.firstTimePage({ ...firstTime, fout: { soort: "bevat-naam" } }),
    error: true,
  },
  "eerste-keer-leeg": { html: acm.firstTimePage({ ...firstTime, fout: { soort: "leeg" } }), error: true },
  "eerste-keer-ongelijk": {
    html: acm.firstTimePage({ ...firstTime, fout: { soort: "ongelijk" } }),
    error: true,
  },
  "geen-toegang": {
    html: acm.noToegang({ ...refusal, terugUrl: "https://sterren.example/terug", andereAction: "/echo" }),
  },
  "geen-toegang-onbekend": {
    html: acm.noToegang({
      waarom: "Je account werkt nu niet.",
      wie: "Vraag het aan je leerkracht.",
      referentie: "GT-7K4-29",
      tijdstip: moment,
      loketUrl: "/loket",
    }),
  },
  "afmelden-vraag": {
    html: acm.askSignOut({ formulier: { url: "/echo", velden: { xsrf: "a" } }, toepassing: "Bingel" }),
  },
  afgemeld: { html: acm.signedOutPage({ loketUrl: "/loket", voet: footer }) },
  fout: {
    html: acm.faultPage({
      titel: "We kennen deze toepassing niet",
      waarom: "De toepassing stuurde je hierheen, maar staat niet in onze lijst. Jij hebt niets fout gedaan.",
      wie: "Vraag het aan je leerkracht. Die geeft het nummer hieronder door.",
      referentie: "FT-2M9-41",
      status: 400,
      tijdstip: moment,
      technisch:
        "invalid_client: client_id https://een-heel-lang-adres.example/zonder/spaties/dat/nergens/breekt",
      loketUrl: "/loket",
      voet: footer,
    }),
  },
  verder: { html: acm.goOnPage({ title: "Je meldt je af", target: "/echo", fields: { a: "b" } }) },
  "fout-verlopen": {
    html: acm.signInExpiredPage({ opnieuwUrl: "/opnieuw", toepassing: "Bingel", loketUrl: "/loket" }),
  },
  "fout-zonder-cookies": {
    html: acm.withoutCookiesPage({
      opnieuwUrl: "/opnieuw",
      toepassing: "Bingel",
      loketUrl: "/loket",
      voet: footer,
    }),
  },
  toepassingen: { html: loket.mijnToepassingen({ ...pupil, toepassingen: tiles }) },
  "toepassingen-leeg": { html: loket.mijnToepassingen({ ...pupil, toepassingen: [] }) },
  "toepassingen-gevaarlijk": {
    html: loket.mijnToepassingen({
      ...pupil,
      voornaam: nasty,
      toepassingen: [{ ...long, omschrijving: nasty, url: "javascript:alert(1)", nieuw: true }],
    }),
  },
  gegevens: {
    html: loket.wieKreegMijnGegevens({
      ...pupil,
      nu: moment,
      ouderUrl: "/gegevens?voor=2026-11-20",
      regels: [
        {
          toepassing: bingel,
          tijdstip: moment,
          attributen: [...whole, "je klas"],
          waarom: "Je opende Bingel.",
        },
        {
          toepassing: bingel,
          tijdstip: moment - 6_600_000,
          attributen: [...whole, "je klas"],
          waarom: "Je opende Bingel.",
        },
        {
          toepassing: { naam: "Letterlab", hue: 3, initialen: "Le" },
          tijdstip: moment - 7_000_000,
          attributen: ["je LeerID-nummer"],
          waarom: "Je opende Letterlab.",
        },
        {
          toepassing: { naam: "Boekenplank", hue: 4, initialen: "Bo" },
          tijdstip: moment - 90_000_000,
          attributen: [...whole, "je klas"],
          waarom: "Je school deelt de klaslijst met Boekenplank.",
        },
        {
          toepassing: long,
          tijdstip: moment - 300_000_000,
          attributen: [],
          waarom: "Je opende de toepassing.",
        },
      ],
    }),
  },
  "gegevens-leeg": { html: loket.wieKreegMijnGegevens({ ...pupil, nu: moment, regels: [] }) },
  "loket-fout": {
    html: loket.errorPage({
      titel: "Deze pagina bestaat niet",
      waarom: "Het adres klopt niet, of de pagina is verhuisd.",
      wie: "Ga terug naar je toepassingen. Lukt dat niet? Vraag het aan je leerkracht.",
      referentie: "LK-3P8-15",
      tijdstip: moment,
      afmeldenActie: "/echo",
    }),
  },
  "loket-afmelden-vraag": { html: loket.askSignOutPage({ actie: "/echo", voet: footer }) },
  "loket-zonder-cookies": { html: loket.withoutCookiesPage({ aanmeldUrl: "/aanmelden", voet: footer }) },
  "loket-niet-ingelogd": { html: loket.notSignedInPage({ aanmeldUrl: "/aanmelden", voet: footer }) },
  ...Object.fromEntries(
    (
      [
        "niet-ingesteld",
        "onbereikbaar",
        "afgebroken",
        "te-zwak",
        "zonder-vo-id",
        "klopt-niet",
        "verlopen",
      ] as const
    ).map((soort) => [
      `medewerker-${soort}`,
      {
        html: acm.medewerkerErrorPage({
          soort,
          referentie: "GT-7K4-29",
          tijdstip: moment,
          toepassing: soort === "verlopen" ? nasty : "Schoolloket",
          opnieuwUrl: soort === "verlopen" ? "javascript:alert(1)" : "/echo",
          voet: footer,
        }),
      },
    ]),
  ),
  demosleutel: { html: personenSheet({ actie: "/echo", personas }) },
  "demosleutel-onbekend": {
    html: personenSheet({ actie: "/echo", personas, onbekend: nasty }),
    error: true,
  },
  "demosleutel-fout": { html: demosleutelFout() },
};
