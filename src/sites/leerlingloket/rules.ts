import { operatorPrefix, type Logregel } from "#modules/privacylog";
import type { Pakket } from "#modules/schoolsoftware";
import type { ClientRecord } from "#modules/toepassingen";
import { attributen, decide, type Attribuut, type Feiten } from "#modules/verstrekking";
import type { Tile, Vrijgave } from "./pages/index.ts";

/** The applications that the pupil may open today: the decision of D5, one by one. */
export function tilesOf(feiten: Feiten): Tile[] {
  return feiten.toepassingen
    .filter(({ toepassing }) => decide(feiten, { toepassing }, { scopes: new Set() }).toegang)
    .map((toepassing) => ({
      naam: toepassing.naam,
      omschrijving: toepassing.omschrijving,
      hue: toepassing.tint,
      initialen: toepassing.initialen,
      url: toepassing.start_url,
    }));
}

/** Names of the schools where the pupil is enrolled today, in words. */
export function schoolOf({ inschrijvingen }: Feiten): string | undefined {
  const namen = [
    ...new Set(
      inschrijvingen.lopend.map((inschrijving) => inschrijving.school).filter((naam) => naam !== null),
    ),
  ];
  return namen.length === 0 ? undefined : namen.join(" en ");
}

/** His classes of today in words; undefined when no school of his shares them (R55). */
export function klasOf({ klassen }: Feiten): string | undefined {
  const namen = [...new Set(klassen.map(({ klas }) => klas))];
  return namen.length === 0 ? undefined : namen.join(" en ");
}

const rang = ["", "eerste", "tweede", "derde", "vierde", "vijfde", "zesde", "zevende"];

/** The year in words, when there is one school today: "derde leerjaar", "tweede kleuterklas", "vierde jaar". */
export function leerjaarInWords({ inschrijvingen }: Feiten): string | undefined {
  const [first, ...rest] = inschrijvingen.lopend;
  if (!first || rest.length > 0) return undefined;
  const hoeveelste = rang[first.leerjaar];
  if (!hoeveelste) return undefined;
  return `${hoeveelste} ${{ kleuter: "kleuterklas", lager: "leerjaar", secundair: "jaar" }[first.niveau]}`;
}

const redenen: Record<Logregel["aanleiding"], string> = {
  aanmelding: "Je meldde je aan.",
  "volgende-toepassing": "Je opende de toepassing.",
  userinfo: "De toepassing vroeg je gegevens op terwijl je aangemeld was.",
  datastore: "Je meldde je aan.",
  schoolpakket:
    "Je school deelt haar klassen. Het programma van je school heeft dit nodig om te zeggen in welke klas je zit. Het staat hier de eerste keer, en als er iets verandert. Dat programma haalt het daarna vaker opnieuw op.",
  "leerling-bekeken": "Iemand van je school opende jouw bladzijde om je te helpen.",
  "toegang-nagekeken": "Iemand van je school keek na of je een toepassing kunt openen.",
  "wachtwoord-hersteld": "Iemand van je school gaf je een code om een nieuw wachtwoord te kiezen.",
  "badge-ingetrokken": "Iemand van je school maakte dat je badge niet meer werkt.",
  "account-afgedrukt": "Iemand van je school drukte je account of je badge af.",
  "levering-bekeken": "Iemand van je school keek na of je klas verandert.",
  "quarantaine-gelezen":
    "Je school stuurde gegevens die LeerID niet kon lezen. Wie LeerID onderhoudt, keek na wat er fout was.",
  "lijst-meegenomen": "Iemand van je school maakte een lijst met leerlingen.",
};

/** What only the school and its program see, in the words of the pupil. */
const schoolgegevens: Readonly<Record<string, string>> = {
  Inschrijving: "je inschrijving",
  Administratieve_groep: "je groep op school",
  Aanmeldingen: "wanneer je je aanmeldde",
  Toepassingen: "je toepassingen",
  Insz: "je rijksregisternummer",
  Geboortedatum: "je geboortedatum",
};

const jeSchool = { naam: "Je school", hue: 6, initialen: "Sc" };
const wij = { naam: "LeerID", hue: 1, initialen: "Le" };

/** Records of the privacy log in the words of the pupil (D11). */
export function vrijgavenOf(
  regels: readonly Logregel[],
  clients: readonly ClientRecord[],
  pakketten: readonly Pakket[],
): Vrijgave[] {
  const pakket = new Map(pakketten.map((one) => [one.pakket, one.naam]));
  const bekend = new Map(clients.map((client) => [client.clientId, client.toepassing]));
  // Our own lokets receive no attributes: nothing to tell.
  return regels
    .filter((regel) => regel.attributen.length > 0)
    .map((regel) => {
      const toepassing = bekend.get(regel.ontvanger);
      const eigen = regel.soort === "identificatie" ? pakket.get(regel.ontvanger) : toepassing?.naam;
      const naam = eigen ?? regel.ontvanger;
      return {
        ...(regel.soort === "inzage"
          ? { toepassing: regel.ontvanger.startsWith(operatorPrefix) ? wij : jeSchool, bekeken: true }
          : {
              toepassing: {
                naam,
                hue: toepassing?.tint ?? 1,
                initialen: toepassing?.initialen ?? naam.slice(0, 2),
              },
            }),
        tijdstip: regel.tijdstip,
        attributen: regel.attributen.map(
          (naamVan) => attributen[naamVan as Attribuut]?.uitleg ?? schoolgegevens[naamVan] ?? naamVan,
        ),
        waarom: redenen[regel.aanleiding],
      };
    });
}
