import { z } from "zod";

const kort = z.string().min(1).max(300);
const tekst = z.string().min(1).max(2000);
const datum = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** A part of an article. `doelen` and `gegevens` stand for the tables of the agreement, which are data of their own (R87, R88). */
const part = z.discriminatedUnion("soort", [
  z.strictObject({ soort: z.literal("tekst"), tekst }),
  z.strictObject({ soort: z.literal("lijst"), inleiding: tekst.optional(), punten: z.array(tekst).min(1) }),
  z.strictObject({ soort: z.literal("doelen") }),
  z.strictObject({ soort: z.literal("gegevens") }),
]);

/** The agreement school - DOV (agreement A) as structured data: what is agreed to, kept and shown is made from this (R64, R83-R93). */
export const overeenkomstSchema = z.strictObject({
  versie: z.number().int().min(1),
  titel: kort,
  omschrijving: tekst,
  grondslag: tekst.meta({ description: "R84" }),
  dov: z.strictObject({
    naam: kort,
    kbo: z.string().regex(/^\d{4}\.\d{3}\.\d{3}$/),
    vestigingsnummer: z.string().regex(/^\d\.\d{3}\.\d{3}\.\d{3}$/),
    adres: kort,
    vertegenwoordiger: z.strictObject({ naam: kort, functie: kort }),
  }),
  /** What the school is in this agreement; its name and number are those of who agrees. */
  school: z.strictObject({ hoedanigheid: tekst }),
  overwegingen: z.array(tekst).min(1),
  doelen: z
    .array(z.strictObject({ wie: kort, rol: kort, grond: tekst, doel: tekst }))
    .min(1)
    .meta({ description: "R86, R87: who does what with it, and on what ground" }),
  gegevens: z
    .array(
      z.strictObject({
        gegeven: kort,
        omschrijving: tekst,
        verantwoording: tekst.meta({ description: "R88" }),
        bewaartermijn: tekst.meta({ description: "R76" }),
      }),
    )
    .min(1),
  artikelen: z
    .array(z.strictObject({ nummer: z.number().int(), titel: kort, delen: z.array(part).min(1) }))
    .refine((all) => all.every(({ nummer }, plaats) => nummer === plaats + 1), "1, 2, 3 …"),
  dpo_advies_op: datum.meta({ description: "R83" }),
  opgemaakt_op: datum,
  ondertekend_op: datum,
});
export type Overeenkomst = z.output<typeof overeenkomstSchema>;
