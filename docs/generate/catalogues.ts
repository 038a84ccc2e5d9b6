import type { z } from "zod";
import { settings } from "#platform/config";
import { bestandProblemen as leesProblemen } from "#platform/import-file";
import { algemeen, type ProblemKind } from "#platform/problem";
import { makeGate } from "#modules/aanmelding";
import {
  bestandProblemen as ladingProblemen,
  discimusProblemen,
  quarantaineProblemen,
  quarantaineredenen,
} from "#modules/discimus";
import { klasinformatieProblemen } from "#modules/leveringen";
import { logsoorten } from "#modules/privacylog";
import { protocolProblemen } from "#modules/protocollen";
import { schoolsoftwareProblemen } from "#modules/schoolsoftware";
import { leerlingScopes, machineScopes, toepassingProblemen } from "#modules/toepassingen";
import { problemen as uitreikingProblemen } from "#modules/uitreiking";
import { attributen } from "#modules/verstrekking";
import { endpoints } from "#sites/api";
import { code, page, table } from "./page.ts";

/** Environment variables. */
export function settingsPage(): string {
  const rows = Object.entries(settings).map(([name, setting]) => {
    const { schema, uitleg } = setting;
    const standard = (schema as z.ZodType).safeParse(undefined);
    const value = standard.success ? standard.data : undefined;
    const shown = value === undefined ? "–" : code(String(value === false ? 0 : value));
    return [code(name) + ("geheim" in setting ? " 🔒" : ""), shown, uitleg];
  });
  return page("Instellingen", "`src/platform/config/index.ts`", [
    "Alle instellingen zijn omgevingsvariabelen. Een onbekende naam of een ongeldige waarde stopt de start, met één regel per probleem. Een geheim heeft nooit een standaardwaarde.",
    table(["naam", "standaard", "uitleg"], rows),
    "Bij een geheim (🔒) mag in de plaats ook een bestand staan, met `_FILE` achter de naam: `LEERID_HOOFDSLEUTEL_FILE=/run/credentials/leerid.service/hoofdsleutel`. Het bestand bevat alleen de waarde, en niet iedereen mag het lezen.",
    "In productie (`LEERID_PRODUCTIE=1`) zijn `LEERID_HOOFDSLEUTEL`, `LEERID_DATABASE_URL` en de adressen naar buiten verplicht, en zijn die adressen https.",
  ]);
}

/** The lists of refusals of every room. A test sees that none was forgotten. */
function problemLists(): { room: string; kinds: readonly ProblemKind[] }[] {
  const lists: Record<string, Readonly<Record<string, ProblemKind>>> = {
    "platform/problem": algemeen,
    "platform/import-file": leesProblemen,
    "modules/discimus": { ...ladingProblemen, ...discimusProblemen, ...quarantaineProblemen },
    "modules/leveringen": klasinformatieProblemen,
    "modules/protocollen": protocolProblemen,
    "modules/schoolsoftware": schoolsoftwareProblemen,
    "modules/toepassingen": toepassingProblemen,
    "modules/uitreiking": uitreikingProblemen,
  };
  // A room may pass on a general refusal as one of its own: it is listed where it was declared.
  const seen = new Set<ProblemKind>();
  const fresh = (kinds: readonly ProblemKind[]) => kinds.filter((kind) => !seen.has(kind) && seen.add(kind));
  return [
    ...Object.entries(lists).map(([room, list]) => ({ room, kinds: fresh(Object.values(list)) })),
    { room: "sites/api", kinds: fresh(endpoints(makeGate(), "").flatMap((one) => one.problems)) },
  ];
}

/** Refusals. */
export function problemsPage(): string {
  const lists = problemLists();
  return page("Problemen", "de lijsten `problems(…)` van elke kamer", [
    "Een weigering is een antwoord volgens RFC 9457 (`application/problem+json`) met `type`, `title`, `status`, `code`, `detail` en `herstel`. De code verandert niet meer; `herstel` zegt wie het kan oplossen. Opdrachten (`leerid import …`) tonen dezelfde zinnen en eindigen met exitcode 1.",
    ...lists.flatMap(({ room, kinds }) => [
      `## ${room}`,
      table(
        ["code", "status", "wat er is", "wie het kan oplossen"],
        kinds.map((kind) => [code(kind.code), String(kind.status), kind.titel, kind.herstel]),
      ),
    ]),
    "## Quarantaine van Discimus",
    "Een bericht dat niet verwerkt kan worden, houdt de rest niet tegen. Het antwoord noemt de regel, de `code` en het veld, nooit de waarde; het bericht zelf wordt versleuteld bewaard.",
    table(
      ["code", "melding"],
      Object.entries(quarantaineredenen).map(([reason, text]) => [code(reason), text]),
    ),
  ]);
}

/** Kinds of records in the privacy log. */
export function logPage(): string {
  return page("Privacylog", "`src/modules/privacylog/contract.ts`", [
    "Wat in de privacylog komt. Elke regel zegt wie kreeg, over wie (account_uuid), welke attributen (namen, nooit waarden), volgens welk protocol, wanneer en waarom. De regel staat in dezelfde commit als de vrijgave.",
    table(
      ["soort", "wanneer"],
      Object.entries(logsoorten).map(([kind, when]) => [code(kind), when]),
    ),
  ]);
}

/** Attribute ↔ claim ↔ scope. */
export function claimsPage(): string {
  return page(
    "Attributen, claims en scopes",
    "`src/modules/verstrekking/contract.ts` en `src/modules/toepassingen/contract.ts`",
    [
      "Eén claim per attribuut van een protocol. Een attribuut komt alleen mee als het in het protocol staat, vandaag geldt, en de toepassing zijn scope vraagt. ID-token en userinfo dragen dezelfde claims.",
      table(
        ["attribuut", "claim", "scope", "zo leest de leerling het"],
        Object.entries(attributen).map(([name, { claim, scope, uitleg }]) => [
          name,
          code(claim),
          code(scope),
          uitleg,
        ]),
      ),
      `Scopes voor de aanmelding van leerlingen: ${leerlingScopes.map(code).join(", ")}. \`sub\` is het account_uuid als Account_uuid in het protocol staat, anders een pseudoniem per toepassing.`,
      "## Scopes voor machines",
      table(
        ["scope", "opent"],
        Object.entries(machineScopes).map(([scope, opens]) => [code(scope), opens]),
      ),
    ],
  );
}
