import type { Datum } from "#platform/clock";
import { isUuid, type AccountUuid } from "#platform/ids";
import type { Doel, Klastelling, RegelWijziging } from "#modules/toepassingen";
import { datumVan, doelWaarde, leesDoelen } from "./words.ts";

/** A change of rules as a form asks it, in a link (to see what it does) or posted (to keep it): the same fields. */
export type Aanvraag = {
  readonly wat: "nieuw" | "leerling" | "wijzig" | "weg";
  readonly wijzigingen: readonly RegelWijziging[];
  /** The fields again, for the form that keeps it. */
  readonly velden: readonly (readonly [string, string])[];
  readonly van: string;
  readonly tot: string;
  /** First day on which it makes a difference; null = at once. */
  readonly begint: Datum | null;
  /** What is wrong, by field. */
  readonly fouten: Readonly<Partial<Record<"keuze" | "van" | "tot", string>>>;
};

const bekend = ["doel", "leerling", "uitgesloten", "wijzig", "weg", "van", "tot"];

/**
 * Undefined when nothing was asked yet. The classes of the school are what "all classes of a year" means; the form that keeps it
 * names each of them.
 */
export function leesAanvraag(
  velden: URLSearchParams,
  { deelt, klassen }: { readonly deelt: boolean; readonly klassen: readonly Klastelling[] } = {
    deelt: true, // who keeps it asks again, in the same commit
    klassen: [],
  },
): Aanvraag | undefined {
  const weg = velden.get("weg");
  const wijzig = velden.get("wijzig");
  const wat = weg !== null ? "weg" : wijzig !== null ? "wijzig" : (velden.get("bekijk") ?? "");
  if (wat !== "weg" && wat !== "wijzig" && wat !== "nieuw" && wat !== "leerling") return undefined;
  // A link "Wijzig" only opens the form; its button asks.
  if (wat === "wijzig" && velden.get("bekijk") === null) return undefined;

  const van = datumVan(velden.get("van"));
  const tot = datumVan(velden.get("tot"));
  const fouten: { keuze?: string; van?: string; tot?: string } = {};
  const vorm = "Vul een datum in, of laat dit leeg.";
  if (van === undefined) fouten.van = vorm;
  if (tot === undefined) fouten.tot = vorm;
  if (van && tot && tot < van) fouten.tot = "De laatste dag ligt voor de eerste. Kies een latere dag.";
  const periode = { van: van ?? null, tot: tot ?? null };

  const doelen =
    wat === "nieuw"
      ? [
          ...new Map(
            velden
              .getAll("doel")
              .flatMap((tekst) => leesDoelen(tekst, klassen))
              .map((doel) => [doelWaarde(doel), doel]),
          ).values(),
        ]
      : leerlingDoelen(velden);
  if (wat === "nieuw" && doelen.length === 0) fouten.keuze = "Kies voor wie het zichtbaar wordt.";
  if (!deelt && doelen.some(({ soort }) => soort === "klas" || soort === "subklas"))
    fouten.keuze =
      "Je school deelt geen klasinformatie. Kies een leerjaar, of vraag de databeheerder om het delen aan te zetten.";
  if (wat === "leerling" && doelen.length === 0) fouten.keuze = "Kies minstens één leerling.";
  const regelId = weg ?? wijzig ?? "";
  if ((wat === "weg" || wat === "wijzig") && !isUuid(regelId)) fouten.keuze = "Deze regel bestaat niet meer.";

  const wijzigingen: RegelWijziging[] =
    wat === "weg"
      ? [{ soort: "weg", regelId }]
      : wat === "wijzig"
        ? [{ soort: "periode", regelId, ...periode }]
        : doelen.map((doel) => ({ soort: "nieuw", regel: { doel, ...periode } }));
  return {
    wat,
    wijzigingen: Object.keys(fouten).length > 0 ? [] : wijzigingen,
    velden: [
      ["bekijk", wat],
      ...(wat === "nieuw" ? doelen.map((doel) => ["doel", doelWaarde(doel)] as const) : []),
      ...[...velden].filter(([naam]) => bekend.includes(naam) && !(wat === "nieuw" && naam === "doel")),
    ],
    van: velden.get("van") ?? "",
    tot: velden.get("tot") ?? "",
    begint: wat === "weg" ? null : periode.van,
    fouten,
  };
}

function leerlingDoelen(velden: URLSearchParams): Doel[] {
  const uitgesloten = velden.get("uitgesloten") !== "nee";
  return velden
    .getAll("leerling")
    .filter(isUuid)
    .map((accountUuid) => ({
      soort: "leerling" as const,
      accountUuid: accountUuid as AccountUuid,
      uitgesloten,
    }));
}
