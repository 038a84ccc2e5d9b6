import { z } from "zod";
import { readDatum, type Datum } from "#platform/clock";
import { isInstellingsnummer } from "#platform/ids";
import { readSleutel } from "./rules.ts";

/** An administrative package (R9). */
export type Pakket = {
  /** `wisa` */
  readonly pakket: string;
  /** `Wisa` */
  readonly naam: string;
  /** Can it deliver class information? */
  readonly levertKlasinformatie: boolean;
};

/** A school uses a package (R21), both days included; without a last day: until something else is said. */
export type Gebruik = {
  readonly instellingsnummer: string;
  readonly pakket: string;
  readonly van: Datum;
  readonly tot: Datum | null;
};

const datum = z
  .string()
  .refine((value) => readDatum(value) !== undefined, "geen bestaande datum JJJJ-MM-DD")
  .transform((value) => value as Datum)
  .meta({ format: "date", description: "JJJJ-MM-DD" });
const pakket = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "kleine letters, cijfers en koppeltekens");

const publiekeSleutel = z
  .string()
  .max(4000)
  .superRefine((regel, ctx) => {
    const gelezen = readSleutel(regel);
    if (typeof gelezen === "string") ctx.addIssue({ code: "custom", message: gelezen });
  })
  .meta({
    description:
      "Een regel uit een .pub-bestand: ssh-ed25519, ecdsa-sha2-nistp256/384/521 of ssh-rsa vanaf 3072 bits",
  });

/** Says of the second of two equal things in a list that it stands there twice. */
function once<T>(list: readonly T[], pick: (one: T) => string | undefined): number[] {
  const gezien = new Set<string>();
  return list.flatMap((one, plaats) => {
    const naam = pick(one);
    if (naam === undefined) return [];
    if (gezien.has(naam)) return [plaats];
    gezien.add(naam);
    return [];
  });
}

/** The file of `leerid import schoolsoftware`: packages, how they prove who they are, and which school uses which. */
export const schoolsoftwareBestand = z
  .strictObject({
    pakketten: z
      .array(
        z.strictObject({
          pakket: pakket.meta({ description: "Ook de gebruikersnaam bij de dropserver" }),
          naam: z.string().trim().min(1).max(60),
          levert_klasinformatie: z.boolean(),
          client_id: z
            .string()
            .regex(/^[\x21-\x7e]{1,100}$/)
            .optional()
            .meta({ description: "De client voor machines waarmee het pakket zich bij de API aanmeldt" }),
          publieke_sleutels: z.array(publiekeSleutel).max(20).meta({
            description: "Alle sleutels van het pakket: een sleutel die ontbreekt, geldt niet meer",
          }),
        }),
      )
      .max(200)
      .default([]),
    scholen: z
      .array(
        z
          .strictObject({
            instellingsnummer: z.string().refine(isInstellingsnummer, "geen zes cijfers"),
            pakket,
            van: datum,
            tot: datum
              .nullable()
              .default(null)
              .meta({ description: "Laatste dag; zonder: tot er iets anders is" }),
          })
          .refine((regel) => regel.tot === null || regel.tot >= regel.van, {
            path: ["tot"],
            message: "ligt voor van",
          }),
      )
      .max(20_000)
      .default([]),
  })
  .superRefine((file, ctx) => {
    const duplicate = (path: (string | number)[]) =>
      ctx.addIssue({ code: "custom", path, message: "staat er twee keer" });
    const { pakketten, scholen } = file;
    for (const i of once(pakketten, (one) => one.pakket)) duplicate(["pakketten", i, "pakket"]);
    for (const i of once(pakketten, (one) => one.client_id)) duplicate(["pakketten", i, "client_id"]);
    const sleutels = pakketten.flatMap((one, i) =>
      one.publieke_sleutels.map((regel, j) => ({ i, j, sleutel: readSleutel(regel) })),
    );
    for (const plaats of once(sleutels, ({ sleutel }) =>
      typeof sleutel === "string" ? undefined : sleutel.vingerafdruk,
    )) {
      const { i = 0, j = 0 } = sleutels[plaats] ?? {};
      duplicate(["pakketten", i, "publieke_sleutels", j]);
    }
    for (const i of once(scholen, (one) => `${one.instellingsnummer} ${one.van}`))
      duplicate(["scholen", i, "van"]);
  });
export type SchoolsoftwareFile = z.output<typeof schoolsoftwareBestand>;
