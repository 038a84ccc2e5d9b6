import { isLopend, type Datum } from "#platform/clock";
import { formatDate, formatList, html, icon, type Html } from "#platform/html";
import type { AccountUuid } from "#platform/ids";
import type { SchoolToepassing } from "#modules/toepassingen";
import type { Chain, Reden, Stap } from "#modules/verstrekking";
import { doelName } from "../applicatiebeheer/words.ts";

/** All that the chain of one pupil and one application needs to be told. */
export type Waarom = {
  readonly leerling: {
    readonly accountUuid: AccountUuid;
    readonly voornaam: string;
    readonly naam: string;
    /** Nothing to sign in with was ever handed out. */
    readonly zonderWachtwoord: boolean;
  };
  /** `toepassing` as the school has set it; undefined for our own lokets. */
  readonly toepassing: { readonly naam: string; readonly school: SchoolToepassing | undefined };
  readonly keten: Chain;
  /** His classes of today in this school, and whether it shares class information at all. */
  readonly klassen: readonly { readonly klas: string; readonly subklas: string | null }[];
  readonly deelt: boolean;
  readonly vandaag: Datum;
};

/** One step in words: what was looked at, what was found, and when it is a cross who can fix it, where. */
type Explanation = { readonly titel: string; readonly tekst: string };
type Solution = { readonly wie: string; readonly knoppen?: readonly { tekst: string; url: string }[] };

/** The conditions of D5 for one pupil and one application, each with a tick, a cross or not looked at; and who can fix the cross. */
export function waaromChain(waarom: Waarom): Html {
  const { keten, leerling, toepassing } = waarom;
  const { voornaam } = leerling;
  const goed = keten.stappen.filter(({ stand }) => stand === "ja").length;
  return html`${
      keten.reden === null
        ? html`<p><b>${voornaam} kan ${toepassing.naam} nu openen.</b> Alles is in orde.</p>`
        : html`<p>
            <b>${voornaam} kan ${toepassing.naam} nu niet openen.</b>
            ${goed === 1 ? "1 van de" : `${goed} van de`} ${keten.stappen.length} voorwaarden
            ${goed === 1 ? "is" : "zijn"} in orde. Daarna loopt het vast.
          </p>`
    }
    <ol class="chain">
      ${keten.stappen.map(({ stap, stand }) => stepRow(waarom, stap, stand))}
    </ol>
    ${
      leerling.zonderWachtwoord &&
      html`<div class="notice attention">
        ${icon("triangle-alert")}
        <div>
          <p class="title">${voornaam} heeft nog geen wachtwoord of badge</p>
          <p>
            Zonder dat kan niemand zich aanmelden. Druk het account af op
            <a href="/leerid-beheer/leerlingen/${leerling.accountUuid}">de pagina van ${voornaam}</a>.
          </p>
        </div>
      </div>`
    }`;
}

function stepRow(waarom: Waarom, step: Stap, stand: "ja" | "nee" | "open"): Html {
  const woorden = {
    ja: ["check", "in orde"],
    nee: ["x", "niet in orde"],
    open: ["minus", "nog niet bekeken"],
  };
  const [teken = "", label = ""] = woorden[stand];
  const { titel, tekst } =
    stand === "nee" ? cross(waarom) : stand === "ja" ? tick(waarom, step) : open(waarom, step);
  const oplossing = stand === "nee" ? solutionOf(waarom) : undefined;
  const klasse = { ja: "", nee: "stop", open: "open" }[stand];
  return html`<li class="${klasse}">
    <span class="mark"
      ><svg class="icon" role="img" aria-label="${label}"><use href="#i-${teken}" /></svg
    ></span>
    <div>
      <h3>${titel}</h3>
      <p>${tekst}</p>
    </div>
    ${
      oplossing &&
      html`<div class="fix">
        <p><b>Wie kan dit oplossen?</b> ${oplossing.wie}</p>
        ${
          oplossing.knoppen &&
          html`<div class="row">
            ${oplossing.knoppen.map(
              ({ tekst: button, url }, index) =>
                html`<a class="button ${index === 0 ? "" : "quiet"}" href="${url}">${button}</a>`,
            )}
          </div>`
        }
      </div>`
    }
  </li>`;
}

function tick({ keten, leerling: { voornaam }, toepassing: { naam } }: Waarom, step: Stap): Explanation {
  const { inschrijving, keuze, toepassing, regels } = keten;
  const protocol = toepassing?.protocol;
  const regel = regels[0];
  const uitleg: Record<Stap, Explanation> = {
    account: {
      titel: "Het account is actief",
      tekst: `Dit is het account waarmee ${voornaam} zich aanmeldt.`,
    },
    toepassing: { titel: `${naam} hoort bij LeerID`, tekst: "De toepassing is bekend bij LeerID." },
    inschrijving: {
      titel: `${voornaam} is vandaag ingeschreven`,
      tekst: inschrijving
        ? `In ${inschrijving.school ?? "je school"}, sinds ${formatDate(inschrijving.van)}.`
        : "In je school.",
    },
    school: { titel: "De school is open", tekst: "Discimus kent je school vandaag als open school." },
    overeenkomst: {
      titel: "De overeenkomst met de leverancier is van kracht",
      tekst: protocol ? `Versie ${protocol.versie}, sinds ${formatDate(protocol.van)}.` : "",
    },
    keuze: {
      titel: `De school koos ${naam}`,
      tekst: keuze ? `Aan sinds ${formatDate(keuze.van)}.` : "",
    },
    uitzondering: {
      titel: `${voornaam} is geen uitzondering`,
      tekst: `Je school heeft ${naam} niet verborgen voor ${voornaam}.`,
    },
    zichtbaarheid: {
      titel: `${naam} is zichtbaar voor ${voornaam}`,
      tekst: regel ? `Door de regel "${regelName(regel)}".` : "",
    },
  };
  return uitleg[step];
}

function regelName(regel: Chain["regels"][number]): string {
  const { soort, niveau, leerjaar, klas, subklas } = regel;
  if (soort === "leerling") return "ook voor deze leerling";
  if (klas !== null) return subklas === null ? `klas ${klas}` : `subklas ${subklas} van klas ${klas}`;
  if (niveau === null) return "hele school";
  const doel =
    leerjaar === null
      ? ({ soort: "niveau", niveau } as const)
      : ({ soort: "leerjaar", niveau, leerjaar } as const);
  return doelName(doel, null).toLowerCase();
}

const nogNiet = "Nog niet nagekeken. Dat gebeurt als de stap hierboven in orde is.";
function open({ leerling: { voornaam }, toepassing: { naam } }: Waarom, step: Stap): Explanation {
  const titels: Record<Stap, string> = {
    account: "Is het account actief?",
    toepassing: `Hoort ${naam} bij LeerID?`,
    inschrijving: `Is ${voornaam} vandaag ingeschreven?`,
    school: "Is de school open?",
    overeenkomst: "Is de overeenkomst met de leverancier van kracht?",
    keuze: `Koos de school ${naam}?`,
    uitzondering: `Is ${voornaam} een uitzondering?`,
    zichtbaarheid: `Is ${naam} zichtbaar voor ${voornaam}?`,
  };
  return { titel: titels[step], tekst: nogNiet };
}

/** Rules of the school on classes that would count today, as far as classes go. */
const klasregels = ({ toepassing: { school }, vandaag }: Waarom): readonly string[] =>
  (school?.regels ?? []).flatMap(({ doel, van, tot }) =>
    (doel.soort === "klas" || doel.soort === "subklas") && isLopend(vandaag, van, tot)
      ? doelName(doel, null).replace(/^./, (letter) => letter.toLowerCase())
      : [],
  );

/** Why no rule is about the pupil: rules on classes that sleep, or that are about other classes than his (D6). */
function noRegel(waarom: Waarom): string {
  const { voornaam } = waarom.leerling;
  const regels = klasregels(waarom);
  if (regels.length === 0) return "Geen enkele regel van je school gaat vandaag over deze leerling.";
  const namen = formatList(
    regels.length > 4 ? [...regels.slice(0, 3), `nog ${regels.length - 3} andere`] : regels,
  );
  if (!waarom.deelt)
    return `Er ${regels.length === 1 ? "is een regel" : "zijn regels"} voor ${namen}, maar ${regels.length === 1 ? "die slaapt" : "die slapen"}: je school deelt geen klasinformatie met LeerID.`;
  const [...klassen] = new Set(
    waarom.klassen.map(({ klas, subklas }) => (subklas === null ? klas : `${klas}, ${subklas}`)),
  );
  return `Er ${regels.length === 1 ? "is een regel" : "zijn regels"} voor ${namen}. ${
    klassen.length === 0
      ? `${voornaam} zit vandaag in geen klas die je school aan LeerID doorgaf.`
      : `${voornaam} zit vandaag in ${formatList(klassen.map((klas) => `klas ${klas}`))}.`
  }`;
}

function cross(waarom: Waarom): Explanation {
  const {
    keten,
    leerling: { voornaam },
    toepassing: { naam },
  } = waarom;
  const { inschrijving, toepassing } = keten;
  const protocol = toepassing?.protocol;
  const uitleg: Record<Reden, Explanation> = {
    "account-onbekend": { titel: "Het account is er niet meer", tekst: "LeerID vindt dit account niet." },
    "account-vervangen": {
      titel: "Het account is vervangen",
      tekst: `${voornaam} heeft een nieuw account. Het oude werkt niet meer.`,
    },
    "toepassing-onbekend": {
      titel: `${naam} hoort niet bij LeerID`,
      tekst: "LeerID kent deze toepassing niet, of niet meer.",
    },
    "niet-ingeschreven": {
      titel: `${voornaam} is vandaag niet ingeschreven`,
      tekst: !inschrijving
        ? "LeerID kent geen inschrijving in je school."
        : keten.wanneer === "straks"
          ? `De inschrijving in je school begint op ${formatDate(inschrijving.van)}.`
          : `De inschrijving in je school liep tot en met ${formatDate(inschrijving.tot ?? inschrijving.van)}.`,
    },
    "school-niet-open": {
      titel: "De school is vandaag niet open",
      tekst: "Volgens Discimus is je school vandaag geen open school.",
    },
    "geen-protocol": {
      titel: "Er is geen overeenkomst van kracht",
      tekst: protocol?.tot
        ? `De overeenkomst over ${naam} liep tot en met ${formatDate(protocol.tot)}.`
        : `Er is vandaag geen overeenkomst over de gegevens die ${naam} krijgt.`,
    },
    "niet-gekozen": {
      titel: `De school koos ${naam} niet`,
      tekst: `${naam} staat vandaag uit voor je school.`,
    },
    uitgesloten: {
      titel: `${naam} is verborgen voor ${voornaam}`,
      tekst: `${voornaam} staat op de lijst van uitzonderingen. Die gaat voor op elke regel.`,
    },
    "niet-zichtbaar": {
      titel: `${naam} is niet zichtbaar voor ${voornaam}`,
      tekst: noRegel(waarom),
    },
  };
  return uitleg[keten.reden ?? "account-onbekend"];
}

/** Who can let a rule on a class count for the pupil, beside a new rule. */
function solveKlas(waarom: Waarom): string {
  if (klasregels(waarom).length === 0) return "";
  return waarom.deelt
    ? " Zit de leerling in een andere klas dan hier staat? Het secretariaat verbetert dat in het pakket van je school."
    : " Of de databeheerder van je school: als die het delen van klasinformatie weer aanzet in Schoolinstellingen, geldt de regel vanzelf opnieuw.";
}

function solutionOf(waarom: Waarom): Solution {
  const {
    keten,
    leerling,
    toepassing: { naam, school },
  } = waarom;
  const secretariaat =
    "Het secretariaat van je school. Verbeter de inschrijving in het pakket van je school: Discimus geeft ze dan door aan LeerID.";
  const dov = `De maker van ${naam} en het Departement Onderwijs en Vorming.`;
  const jij = "Jij, als LeerID-beheerder.";
  const path = school && `/applicatiebeheer/${school.toepassing}`;
  const naarRegels = path ? [{ tekst: `Naar de regels van ${naam}`, url: path }] : [];
  const uitzondering = school?.regels.find(
    ({ doel }) => doel.soort === "leerling" && doel.uitgesloten && doel.accountUuid === leerling.accountUuid,
  );
  const oplossingen: Record<Reden, Solution> = {
    "account-onbekend": { wie: secretariaat },
    "account-vervangen": { wie: `Laat ${leerling.voornaam} zich opnieuw aanmelden.` },
    "toepassing-onbekend": { wie: dov },
    "niet-ingeschreven": { wie: secretariaat },
    "school-niet-open": { wie: "De directie van je school. Zij kan dit nakijken bij AGODI." },
    "geen-protocol": { wie: dov },
    "niet-gekozen": {
      wie: jij,
      ...(path && { knoppen: [{ tekst: `Zet ${naam} aan`, url: path }] }),
    },
    uitgesloten: {
      wie: jij,
      knoppen: [
        ...(path && uitzondering
          ? [{ tekst: "Uitzondering weghalen", url: `${path}?weg=${uitzondering.regelId}` }]
          : []),
        ...naarRegels,
      ],
    },
    "niet-zichtbaar": {
      wie: `${jij}${solveKlas(waarom)}`,
      ...(path && {
        knoppen: [
          {
            tekst: `Maak ${naam} zichtbaar`,
            url: `${path}?bekijk=leerling&leerling=${leerling.accountUuid}&uitgesloten=nee`,
          },
          ...naarRegels,
        ],
      }),
    },
  };
  return oplossingen[keten.reden ?? "account-onbekend"];
}
