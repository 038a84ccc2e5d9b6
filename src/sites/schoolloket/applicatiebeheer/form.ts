import { z } from "zod";
import type { Datum } from "#platform/clock";
import { isUuid } from "#platform/ids";
import { accountUuid, text, type Read } from "#platform/route";
import type { Doel, KlasTally, RegelWijziging } from "#modules/toepassingen";
import { datumOf, doelValue, readDoelen } from "./words.ts";

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

/** The fields of a change, of a link and of a form. What they must hold is said on the page. */
export const aanvraagVelden = {
  bekijk: z.enum(["nieuw", "leerling", "wijzig", "weg"]).optional(),
  doel: z.array(z.string().max(1000)).default([]),
  leerling: z.array(accountUuid).default([]),
  uitgesloten: z.enum(["ja", "nee"]).optional(),
  wijzig: z.string().max(100).optional(),
  weg: z.string().max(100).optional(),
  van: text(100),
  tot: text(100),
};
export type AanvraagFields = Read<typeof aanvraagVelden>;

/**
 * Undefined when nothing was asked yet. The classes of the school are what "all classes of a year" means; the form that keeps it
 * names each of them.
 */
export function readAanvraag(
  velden: AanvraagFields,
  { deelt, klassen }: { readonly deelt: boolean; readonly klassen: readonly KlasTally[] } = {
    deelt: true, // who keeps it asks again, in the same commit
    klassen: [],
  },
): Aanvraag | undefined {
  const { weg, wijzig, bekijk } = velden;
  const wat = weg !== undefined ? "weg" : wijzig !== undefined ? "wijzig" : bekijk;
  if (!wat) return undefined;
  // A link "Wijzig" only opens the form; its button asks.
  if (wat === "wijzig" && !bekijk) return undefined;

  const van = datumOf(velden.van);
  const tot = datumOf(velden.tot);
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
            velden.doel.flatMap((tekst) => readDoelen(tekst, klassen)).map((doel) => [doelValue(doel), doel]),
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
      ...(wat === "nieuw" ? doelen.map((doel) => ["doel", doelValue(doel)] as const) : []),
      ...velden.leerling.map((account) => ["leerling", account] as const),
      ...(["uitgesloten", "wijzig", "weg", "van", "tot"] as const).flatMap((naam) => {
        const value = velden[naam];
        return value ? [[naam, value] as const] : [];
      }),
    ],
    van: velden.van,
    tot: velden.tot,
    begint: wat === "weg" ? null : periode.van,
    fouten,
  };
}

const leerlingDoelen = ({ leerling, uitgesloten }: AanvraagFields): Doel[] =>
  leerling.map((accountUuid) => ({
    soort: "leerling",
    accountUuid,
    uitgesloten: uitgesloten !== "nee",
  }));
