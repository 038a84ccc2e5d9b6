import { geldtOp, type Datum } from "#platform/clock";
import type { Instellingsnummer } from "#platform/ids";
import {
  attributen,
  type Attribuut,
  type Besluit,
  type Feiten,
  type InschrijvingFeit,
  type RegelFeit,
  type Reden,
  type ToepassingFeit,
  type Vraag,
  type Weigering,
} from "./contract.ts";

/**
 * May this pupil open this application now, and what does it get? The one decision of LeerID (D5): sign-in, redemption,
 * userinfo, launch page, explanation and log all use it. Pure: every fact and the date are arguments.
 *
 * `clientId` chooses the application among the facts; null takes `toepassing` (launch page).
 */
export function beslis(
  feiten: Feiten | null,
  clientId: string | { readonly toepassing: string },
  vraag: Vraag,
): Besluit {
  if (!feiten) return nee("account-onbekend", null, null);
  const toepassing = feiten.toepassingen.find((kandidaat) =>
    typeof clientId === "string"
      ? kandidaat.client_id === clientId
      : kandidaat.toepassing === clientId.toepassing,
  );
  const naam = toepassing?.naam ?? null;
  if (feiten.account.vervangen) return nee("account-vervangen", naam, null);
  if (!toepassing) return nee("toepassing-onbekend", null, null);

  const lopend = feiten.inschrijvingen.filter((inschrijving) =>
    geldtOp(vraag.vandaag, inschrijving.van, inschrijving.tot),
  );
  const laatste = lopend[0] ?? feiten.inschrijvingen.at(-1);
  if (lopend.length === 0) return nee("niet-ingeschreven", naam, laatste?.school ?? null); // R31
  const ingeschreven = lopend.filter((inschrijving) => schoolIsOpen(inschrijving, vraag.vandaag));
  if (ingeschreven.length === 0) return nee("school-niet-open", naam, laatste?.school ?? null);

  if (toepassing.soort === "loket") {
    // LeerID's own lokets ask for no attributes: they read the datastore themselves.
    return {
      toegang: true,
      soort: "loket",
      accountUuid: feiten.account.account_uuid,
      toepassing: toepassing.toepassing,
      attributen: [],
      claims: {},
      protocol: null,
      subIsAccount: true,
      via: [...new Set(ingeschreven.map((inschrijving) => inschrijving.instellingsnummer))],
    };
  }

  const protocol = toepassing.protocol;
  if (!protocol || !geldtOp(vraag.vandaag, protocol.van, protocol.tot))
    return nee("geen-protocol", naam, laatste?.school ?? null);

  const kansen = ingeschreven.map((inschrijving) => zichtbaarheid(toepassing, inschrijving, vraag.vandaag));
  const via = ingeschreven.filter((_, index) => kansen[index] === "zichtbaar");
  if (via.length === 0) {
    // The reason nearest to a yes helps most: it names what one person can change.
    const dichtst =
      (["uitgesloten", "niet-zichtbaar", "niet-gekozen"] as const).find((reden) => kansen.includes(reden)) ??
      "niet-gekozen";
    return nee(dichtst, naam, ingeschreven[kansen.indexOf(dichtst)]?.school ?? null);
  }

  const inProtocol = protocol.attributen
    .filter((regel) => geldtOp(vraag.vandaag, null, regel.tot ?? null)) // R77: a date in the agreement's data
    .map((regel) => regel.attribuut);
  const claims: Record<string, unknown> = {};
  const vrijgegeven: Attribuut[] = [];
  for (const attribuut of inProtocol) {
    const { claim, scope } = attributen[attribuut];
    if (!vraag.scopes.has(scope)) continue;
    const waarde = waardeVan(attribuut, feiten, ingeschreven);
    if (waarde === undefined) continue;
    claims[claim] = waarde;
    vrijgegeven.push(attribuut);
  }
  return {
    toegang: true,
    soort: "doeltoepassing",
    accountUuid: feiten.account.account_uuid,
    toepassing: toepassing.toepassing,
    attributen: vrijgegeven,
    claims,
    protocol: `${protocol.protocol}@${protocol.versie}`,
    subIsAccount: inProtocol.includes("Account_uuid"),
    via: [...new Set(via.map((inschrijving) => inschrijving.instellingsnummer))],
  };
}

const nee = (reden: Reden, toepassing: string | null, school: string | null): Weigering => ({
  toegang: false,
  reden,
  toepassing,
  school,
});

function schoolIsOpen(inschrijving: InschrijvingFeit, vandaag: Datum): boolean {
  return inschrijving.school !== null && geldtOp(vandaag, inschrijving.school_van, inschrijving.school_tot);
}

/** Visibility of an application for one enrolment (D6); an exclusion of this pupil beats every rule. */
function zichtbaarheid(
  toepassing: ToepassingFeit,
  inschrijving: InschrijvingFeit,
  vandaag: Datum,
): "zichtbaar" | "niet-gekozen" | "niet-zichtbaar" | "uitgesloten" {
  const hier = (regel: {
    readonly instellingsnummer: Instellingsnummer;
    readonly van: Datum | null;
    readonly tot: Datum | null;
  }) => regel.instellingsnummer === inschrijving.instellingsnummer && geldtOp(vandaag, regel.van, regel.tot);
  if (!toepassing.keuzes.some(hier)) return "niet-gekozen";
  const regels = toepassing.regels.filter((regel) => hier(regel) && past(regel, inschrijving));
  if (regels.some((regel) => regel.uitgesloten)) return "uitgesloten";
  return regels.length > 0 ? "zichtbaar" : "niet-zichtbaar";
}

/** Does a rule speak about this enrolment? Rules on a pupil are only among the facts when they are about him. */
function past(regel: RegelFeit, inschrijving: InschrijvingFeit): boolean {
  switch (regel.soort) {
    case "school":
    case "leerling":
      return true;
    case "niveau":
      return regel.niveau === inschrijving.niveau;
    case "leerjaar":
      return regel.niveau === inschrijving.niveau && regel.leerjaar === inschrijving.leerjaar;
  }
}

function waardeVan(attribuut: Attribuut, feiten: Feiten, ingeschreven: readonly InschrijvingFeit[]): unknown {
  const { account } = feiten;
  switch (attribuut) {
    case "Naam":
      return account.naam;
    case "Voornaam":
      return account.voornaam;
    case "Gebruikersnaam":
      return account.gebruikersnaam ?? undefined;
    case "Leer_id_uuid":
      return account.leer_id_uuid ?? undefined; // R35: only for identified pupils
    case "Account_uuid":
      return account.account_uuid;
    case "Historiek_account_uuid":
      return account.historiek;
    case "Instellingsnummer":
      return [...new Set(ingeschreven.map((inschrijving) => inschrijving.instellingsnummer))]; // R40, D5: enrolled today
    case "Klasinformatie":
      return undefined; // R64: only with the school's akkoord, which no school can give yet
  }
}

/** What a pupil and a teacher read of a refusal: what is the matter and who can fix it (B1). */
export function uitlegVan({ reden, toepassing, school }: Weigering): {
  readonly waarom: string;
  readonly wie: string;
} {
  const app = toepassing ?? "Deze toepassing";
  const vanSchool = school ? ` van ${school}` : " van je school";
  const secretariaat = `Vraag het aan je leerkracht. Het secretariaat${vanSchool} kan dit nakijken en geeft het door via het schoolpakket.`;
  const beheerder = `Vraag het aan je leerkracht. De LeerID-beheerder${vanSchool} kan dit aanpassen.`;
  const teksten: Record<Reden, { waarom: string; wie: string }> = {
    "account-onbekend": { waarom: "We vinden je account niet meer.", wie: secretariaat },
    "account-vervangen": {
      waarom:
        "Je hebt een nieuw account gekregen. Meld je opnieuw aan met je gewone gebruikersnaam en wachtwoord.",
      wie: "Lukt het niet? Vraag het aan je leerkracht.",
    },
    "toepassing-onbekend": {
      waarom: "Deze toepassing hoort niet bij LeerID.",
      wie: "De maker van de toepassing kan dit nakijken met het Departement Onderwijs en Vorming.",
    },
    "niet-ingeschreven": {
      waarom: "Je bent vandaag niet ingeschreven in een school. Jij hebt niets fout gedaan.",
      wie: secretariaat,
    },
    "school-niet-open": {
      waarom: "We kennen je school vandaag niet als open school. Jij hebt niets fout gedaan.",
      wie: `Vraag het aan je leerkracht. De directie${vanSchool} kan dit nakijken bij AGODI.`,
    },
    "geen-protocol": {
      waarom: `${app} heeft vandaag geen overeenkomst om jouw gegevens te krijgen. Jij hebt niets fout gedaan.`,
      wie: `De maker van ${app} en het Departement Onderwijs en Vorming moeten dit oplossen. Vertel het aan je leerkracht.`,
    },
    "niet-gekozen": {
      waarom: `Je school heeft ${app} niet gekozen. Jij hebt niets fout gedaan.`,
      wie: beheerder,
    },
    "niet-zichtbaar": {
      waarom: `${app} staat niet aan voor jou. Jij hebt niets fout gedaan.`,
      wie: beheerder,
    },
    uitgesloten: { waarom: `Je school heeft ${app} voor jou uitgezet.`, wie: beheerder },
  };
  return teksten[reden];
}
