import { divide, isLopend, isStraks, type Datum } from "#platform/clock";
import type { AccountUuid, Instellingsnummer } from "#platform/ids";
import {
  attributen,
  stappen,
  stapVan,
  type Attribuut,
  type Besluit,
  type Feiten,
  type InschrijvingFeit,
  type Chain,
  type KlasFeit,
  type OngedeeldeFeiten,
  type ProtocolFeit,
  type RegelFeit,
  type Reden,
  type ToepassingFeit,
  type Vraag,
  type Weigering,
} from "./contract.ts";

/**
 * Facts of their day: what runs, was or is to come; of choices, rules, classes and attributes of an agreement only what runs. The
 * one place that looks at the dates of facts.
 */
export function divideFeiten(feiten: OngedeeldeFeiten): Feiten {
  const { vandaag } = feiten;
  const inschrijvingen = divide(vandaag, feiten.inschrijvingen);
  const scholen = new Set(inschrijvingen.lopend.map(({ instellingsnummer }) => instellingsnummer));
  const lopend = <T extends { readonly van: string | null; readonly tot: string | null }>(
    rows: readonly T[],
  ) => rows.filter(({ van, tot }) => isLopend(vandaag, van, tot));
  return {
    ...feiten,
    inschrijvingen,
    klassen: feiten.klassen.filter(({ instellingsnummer }) => scholen.has(instellingsnummer)),
    toepassingen: feiten.toepassingen.map((toepassing) => ({
      ...toepassing,
      keuzes: lopend(toepassing.keuzes),
      regels: lopend(toepassing.regels),
      protocol: toepassing.protocol && {
        ...toepassing.protocol, // R77: a date in the agreement's data
        attributen: toepassing.protocol.attributen.filter(({ tot }) => isLopend(vandaag, null, tot ?? null)),
      },
    })),
  };
}

/** The newest agreement that has begun by a day, among all versions with the newest first; it may have ended since. */
export const protocolOn = <T extends { readonly van: Datum }>(
  dag: Datum,
  protocollen: readonly T[],
): T | null => protocollen.find(({ van }) => !isStraks(dag, van)) ?? null;

/** An account of which nothing is known but that it stands, for facts that somebody supposes: a yes or no hangs on none of its data. */
export const namelessAccount = (accountUuid: string): Feiten["account"] => ({
  account_uuid: accountUuid as AccountUuid,
  leer_id_uuid: null,
  naam: "",
  voornaam: "",
  gebruikersnaam: null,
  historiek: [],
  vervangen: false,
});

/**
 * The enrolments that say what the pupil is today: those that run; when none does the one that begins next, else the one that
 * ended last. Empty when he never had any.
 */
export function nearestInschrijvingen({ inschrijvingen }: Feiten): readonly InschrijvingFeit[] {
  const { lopend, straks, vroeger } = inschrijvingen;
  if (lopend.length > 0) return lopend;
  return straks.length > 0 ? straks.slice(0, 1) : vroeger.slice(-1);
}

/**
 * May this pupil open this application now, and what does it get? The one decision of LeerID (D5): sign-in, redemption,
 * userinfo, launch page, explanation and log all use it. Pure: the facts are an argument, and carry their day.
 *
 * `clientId` chooses the application among the facts; null takes `toepassing` (launch page).
 */
export function decide(
  feiten: Feiten | null,
  clientId: string | { readonly toepassing: string },
  vraag: Vraag,
): Besluit {
  const gelopen = walkChain(feiten, clientId);
  if (gelopen.reden !== null)
    return no(gelopen.reden, gelopen.toepassing?.naam ?? null, gelopen.inschrijving?.school ?? null);
  const { account, toepassing, ingeschreven, via, protocol } = gelopen;
  const gezien = [...new Set(via.map((inschrijving) => inschrijving.instellingsnummer))];
  if (protocol === null) {
    // LeerID's own lokets ask for no attributes: they read the datastore themselves.
    return {
      toegang: true,
      soort: "loket",
      accountUuid: account.account_uuid,
      toepassing: toepassing.toepassing,
      attributen: [],
      claims: {},
      protocol: null,
      subIsAccount: true,
      via: gezien,
    };
  }

  const inProtocol = protocol.attributen.map((regel) => regel.attribuut);
  const claims: Record<string, unknown> = {};
  const vrijgegeven: Attribuut[] = [];
  for (const attribuut of inProtocol) {
    const { claim, scope } = attributen[attribuut];
    if (!vraag.scopes.has(scope)) continue;
    const value =
      attribuut === "Klasinformatie"
        ? klasinformatieOf(toepassing, gelopen.klassen, gezien)
        : valueOf(attribuut, account, ingeschreven);
    if (value === undefined) continue;
    claims[claim] = value;
    vrijgegeven.push(attribuut);
  }
  return {
    toegang: true,
    soort: "doeltoepassing",
    accountUuid: account.account_uuid,
    toepassing: toepassing.toepassing,
    attributen: vrijgegeven,
    claims,
    protocol: `${protocol.protocol}@${protocol.versie}`,
    subIsAccount: inProtocol.includes("Account_uuid"),
    via: gezien,
  };
}

type Walked =
  | {
      readonly reden: Reden;
      readonly toepassing: ToepassingFeit | null;
      /** The enrolment at which it stopped, as far as it is about one. */
      readonly inschrijving: InschrijvingFeit | null;
    }
  | {
      readonly reden: null;
      readonly account: Feiten["account"];
      readonly toepassing: ToepassingFeit;
      readonly ingeschreven: readonly InschrijvingFeit[];
      /** Enrolments through which it is visible. */
      readonly via: readonly InschrijvingFeit[];
      readonly klassen: readonly KlasFeit[];
      /** null for our own lokets. */
      readonly protocol: ProtocolFeit | null;
    };

/** The conditions of D5 in their order, up to the first that does not hold. */
function walkChain(feiten: Feiten | null, clientId: string | { readonly toepassing: string }): Walked {
  const stop = (
    reden: Reden,
    waarvan: ToepassingFeit | null = null,
    inschrijving: InschrijvingFeit | null = null,
  ) => ({ reden, toepassing: waarvan, inschrijving });
  if (!feiten) return stop("account-onbekend");
  const toepassing = feiten.toepassingen.find((kandidaat) =>
    typeof clientId === "string"
      ? kandidaat.client_id === clientId
      : kandidaat.toepassing === clientId.toepassing,
  );
  if (feiten.account.vervangen) return stop("account-vervangen", toepassing);
  if (!toepassing) return stop("toepassing-onbekend");

  const { vandaag } = feiten;
  const { lopend } = feiten.inschrijvingen;
  const last = nearestInschrijvingen(feiten)[0] ?? null;
  if (lopend.length === 0) return stop("niet-ingeschreven", toepassing, last); // R31
  const ingeschreven = lopend.filter(
    ({ school, school_van, school_tot }) => school !== null && isLopend(vandaag, school_van, school_tot),
  );
  if (ingeschreven.length === 0) return stop("school-niet-open", toepassing, last);

  const { account, klassen } = feiten;
  if (toepassing.soort === "loket")
    return { reden: null, account, toepassing, ingeschreven, via: ingeschreven, klassen, protocol: null };

  const { protocol } = toepassing;
  if (!protocol || !isLopend(vandaag, protocol.van, protocol.tot))
    return stop("geen-protocol", toepassing, last);

  const kansen = ingeschreven.map((inschrijving) => zichtbaarheid(toepassing, inschrijving, klassen));
  const via = ingeschreven.filter((_, index) => kansen[index] === "zichtbaar");
  if (via.length > 0) return { reden: null, account, toepassing, ingeschreven, via, klassen, protocol };
  // The reason nearest to a yes helps most: it names what one person can change.
  const dichtst =
    (["uitgesloten", "niet-zichtbaar", "niet-gekozen"] as const).find((reden) => kansen.includes(reden)) ??
    "niet-gekozen";
  return stop(dichtst, toepassing, ingeschreven[kansen.indexOf(dichtst)]);
}

/**
 * The same decision as a chain of steps for whoever has to explain it (D5): what holds, where it stops, what was not looked at
 * any more. It walks the very path of `decide`: a cross is there if and only if that refuses, and at its reason.
 */
export function chain(feiten: Feiten | null, clientId: string | { readonly toepassing: string }): Chain {
  const gelopen = walkChain(feiten, clientId);
  const inschrijving = gelopen.reden === null ? (gelopen.via[0] ?? null) : gelopen.inschrijving;
  const { toepassing } = gelopen;
  const namen = toepassing?.soort === "loket" ? stappen.slice(0, stappen.indexOf("overeenkomst")) : stappen;
  const kruis = gelopen.reden === null ? namen.length : namen.indexOf(stapVan[gelopen.reden]);
  const hier =
    toepassing && inschrijving && kruis >= stappen.indexOf("keuze") ? { toepassing, inschrijving } : null;
  return {
    reden: gelopen.reden,
    stappen: namen.map((stap, index) => ({
      stap,
      stand: index < kruis ? "ja" : index === kruis ? "nee" : "open",
    })),
    toepassing,
    inschrijving,
    wanneer: (feiten && inschrijving && whenOf(feiten, inschrijving)) ?? null,
    keuze: hier?.toepassing.keuzes.find((keuze) => isHier(keuze, hier.inschrijving)) ?? null,
    regels: hier
      ? hier.toepassing.regels.filter(
          (regel) =>
            isHier(regel, hier.inschrijving) && matches(regel, hier.inschrijving, feiten?.klassen ?? []),
        )
      : [],
  };
}

const whenOf = ({ inschrijvingen }: Feiten, one: InschrijvingFeit) =>
  (["lopend", "straks", "vroeger"] as const).find((wanneer) => inschrijvingen[wanneer].includes(one));

const no = (reden: Reden, toepassing: string | null, school: string | null): Weigering => ({
  toegang: false,
  reden,
  toepassing,
  school,
});

/** Visibility of an application for one enrolment (D6); an exclusion of this pupil beats every rule. */
function zichtbaarheid(
  toepassing: ToepassingFeit,
  inschrijving: InschrijvingFeit,
  klassen: readonly KlasFeit[],
): "zichtbaar" | "niet-gekozen" | "niet-zichtbaar" | "uitgesloten" {
  if (!toepassing.keuzes.some((keuze) => isHier(keuze, inschrijving))) return "niet-gekozen";
  const regels = toepassing.regels.filter(
    (regel) => isHier(regel, inschrijving) && matches(regel, inschrijving, klassen),
  );
  if (regels.some((regel) => regel.uitgesloten)) return "uitgesloten";
  return regels.length > 0 ? "zichtbaar" : "niet-zichtbaar";
}

/** Is a choice or a rule of the school of this enrolment? */
const isHier = (
  regel: { readonly instellingsnummer: Instellingsnummer },
  inschrijving: InschrijvingFeit,
): boolean => regel.instellingsnummer === inschrijving.instellingsnummer;

/** Does a rule speak about this enrolment? Rules on a pupil are only among the facts when they are about him. */
function matches(regel: RegelFeit, inschrijving: InschrijvingFeit, klassen: readonly KlasFeit[]): boolean {
  switch (regel.soort) {
    case "school":
    case "leerling":
      return true;
    case "niveau":
      return regel.niveau === inschrijving.niveau;
    case "leerjaar":
      return regel.niveau === inschrijving.niveau && regel.leerjaar === inschrijving.leerjaar;
    case "klas":
    case "subklas": // D6: in that school, while it shares its classes
      return klassen.some(
        (one) =>
          one.instellingsnummer === inschrijving.instellingsnummer &&
          one.klas === regel.klas &&
          (regel.soort === "klas" || one.subklas === regel.subklas),
      );
  }
}

/** D4: only to an application that integrates classes, and only those of schools through which the pupil sees it (R56). */
function klasinformatieOf(
  toepassing: ToepassingFeit,
  klassen: readonly KlasFeit[],
  via: readonly Instellingsnummer[],
): unknown {
  if (!toepassing.integreert_klasinformatie) return undefined;
  const vrij = klassen.filter(({ instellingsnummer }) => via.includes(instellingsnummer));
  if (vrij.length === 0) return undefined;
  return vrij.map(({ instellingsnummer, klas, subklas }) => ({
    instellingsnummer,
    klas,
    ...(subklas === null ? {} : { subklas }),
  }));
}

function valueOf(
  attribuut: Exclude<Attribuut, "Klasinformatie">,
  account: Feiten["account"],
  ingeschreven: readonly InschrijvingFeit[],
): unknown {
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
  }
}

/** What a pupil and a teacher read of a refusal: what is the matter and who can fix it (B1). */
export function explanationOf({ reden, toepassing, school }: Weigering): {
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
