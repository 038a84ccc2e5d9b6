import { z } from "zod";
import { readDatum, type Datum } from "#platform/clock";
import { attribuutNamen, type Attribuut } from "#modules/verstrekking";

const datum = z
  .string()
  .refine((value) => readDatum(value) !== undefined, "geen bestaande datum JJJJ-MM-DD")
  .transform((value) => value as Datum)
  .meta({ format: "date", description: "JJJJ-MM-DD" });
const tekst = z.string().min(1).max(5000);
const kort = z.string().min(1).max(300);

const partij = z.strictObject({
  naam: kort,
  kbo: z.string().regex(/^\d{4}\.\d{3}\.\d{3}$/, "de vorm 0123.456.789"),
  vestigingsnummer: z.string().regex(/^\d\.\d{3}\.\d{3}\.\d{3}$/, "de vorm 2.123.456.789"),
  adres: kort,
  vertegenwoordiger: z.strictObject({ naam: kort, functie: kort }),
});

/** The file of `leerid import protocol`: an agreement DOV - provider as structured data (R45, R83-R90). */
export const protocolBestand = z
  .strictObject({
    protocol: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "kleine letters, cijfers en koppeltekens"),
    versie: z.number().int().min(1).max(10_000),
    toepassing: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
    titel: kort,
    partijen: z.strictObject({ dov: partij, dienstenleverancier: partij }),
    dpo_adviezen: z
      .array(z.strictObject({ partij: z.enum(["dov", "dienstenleverancier"]), datum }))
      .meta({ description: "R83: advies vóór ondertekening" }),
    ondertekend_op: datum,
    van: datum.meta({ description: "In werking vanaf deze dag" }),
    tot: datum.nullable().meta({ description: "Laatste dag, of null voor onbepaalde duur (R78)" }),
    doeleinden: z.strictObject({ oorsprong: tekst, ontvangst: tekst }).meta({ description: "R87" }),
    rechtsgronden: z.strictObject({ dov: kort, dienstenleverancier: kort }).meta({ description: "R86" }),
    attributen: z
      .array(
        z.strictObject({
          attribuut: z.enum(attribuutNamen as [Attribuut, ...Attribuut[]]),
          verantwoording: tekst.meta({ description: "R88: waarom dit gegeven nodig is" }),
          bewaartermijn: kort,
          tot: datum
            .optional()
            .meta({ description: "Laatste dag waarop dit gegeven wordt meegedeeld (R77)" }),
        }),
      )
      .min(1)
      .refine(
        (list) => new Set(list.map((regel) => regel.attribuut)).size === list.length,
        "elk attribuut hoogstens één keer",
      ),
    ontvangers: z.array(tekst).min(1),
    periodiciteit: tekst,
    bewaring: z
      .strictObject({ jaren: z.number().int().min(0).max(30), vanaf: kort })
      .meta({ description: "R75" }),
    maatregelen: z.array(tekst).min(1),
    verwerkers: z.array(z.strictObject({ naam: kort, taak: kort })).meta({ description: "R12" }),
    artikelen: z.array(z.strictObject({ nummer: z.number().int().min(1), titel: kort, tekst })).min(1),
  })
  .refine((p) => p.tot === null || p.tot >= p.van, { path: ["tot"], message: "ligt voor van" })
  .refine((p) => p.van >= p.ondertekend_op, { path: ["van"], message: "ligt voor de ondertekening" })
  .refine(
    (p) =>
      (["dov", "dienstenleverancier"] as const).every((wie) =>
        p.dpo_adviezen.some((advies) => advies.partij === wie && advies.datum <= p.ondertekend_op),
      ),
    {
      path: ["dpo_adviezen"],
      message: "elke partij heeft een advies van haar DPO nodig, niet later dan de ondertekening (R11)",
    },
  );
export type ProtocolFile = z.output<typeof protocolBestand>;
