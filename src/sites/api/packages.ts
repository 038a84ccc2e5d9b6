import type { Context as HonoContext } from "hono";
import { z } from "zod";
import type { Context } from "#platform/context";
import { seal, unseal } from "#platform/crypto";
import { isInstellingsnummer, isUuid } from "#platform/ids";
import { algemeen, Problem, problems } from "#platform/problem";
import {
  findOntvangst,
  klasinformatieProblemen,
  readName,
  leveringstatussen,
  makeQuota,
  receiveFile,
} from "#modules/leveringen";
import {
  findPakketOfClient,
  giveIdentificaties,
  schooljaarOf,
  type Pakket,
  type Place,
} from "#modules/schoolsoftware";
import { endpoint } from "./access.ts";
import { readBytes } from "./body.ts";

export const pakketProblemen = problems({
  "geen-schoolpakket": {
    status: 403,
    titel: "Deze client hoort bij geen schoolpakket.",
    herstel: "Vraag het Departement Onderwijs en Vorming om je client aan het pakket te koppelen.",
  },
  "school-niet-van-jou": {
    status: 404,
    titel: "Van deze school kan je hier niets krijgen.",
    herstel:
      "Kijk het instellingsnummer na. De school moet dit pakket gebruiken volgens Mijn Schoolsoftware, en een databeheerder moet in het Schoolloket delen van klasinformatie gestart hebben.",
  },
  "schooljaar-niet": {
    status: 422,
    titel: "Van dit schooljaar geeft LeerID geen leerlingen.",
    herstel: "Vraag het huidige of het volgende schooljaar, zoals 2026-2027.",
  },
  "bladzijde-ongeldig": {
    status: 400,
    titel: "Deze verwijzing naar een volgende bladzijde is niet van LeerID.",
    herstel:
      "Begin opnieuw bij de eerste bladzijde, en volg telkens volgende zoals het in het antwoord staat.",
  },
});

const metToken = [algemeen["geen-token"], algemeen["geen-recht"], pakketProblemen["geen-schoolpakket"]];
const hoogstens = 2_000_000;
const achtervoegsel = ".ontvangst.json";

/** The package behind a machine client. @throws Problem `geen-schoolpakket` */
async function pakketOf(ctx: Context, clientId: string): Promise<Pakket> {
  const pakket = await findPakketOfClient(ctx, clientId);
  if (!pakket?.levertKlasinformatie) throw new Problem(pakketProblemen["geen-schoolpakket"]);
  return pakket;
}

/** The sum in `Content-Digest` or `Repr-Digest` (RFC 9530), as hexadecimal digits; undefined without one of SHA-256. */
function announcedSum(http: HonoContext): string | undefined {
  for (const naam of ["content-digest", "repr-digest"]) {
    const [, base64] = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(http.req.header(naam) ?? "") ?? [];
    if (base64 !== undefined) return Buffer.from(base64, "base64").toString("hex");
  }
  return undefined;
}

/** Where a list goes on, closed to others: a stamnummer in an address would end in logs. */
const mark = (plaats: Place, bij: string, ctx: Context): string =>
  seal(ctx.keys.geheimen, JSON.stringify([plaats.stamnummer, plaats.accountUuid]), bij).toString("base64url");
function readMark(text: string, bij: string, ctx: Context): Place {
  const open = unseal(ctx.keys.geheimen, Buffer.from(text, "base64url"), bij);
  if (!open) throw new Problem(pakketProblemen["bladzijde-ongeldig"]);
  const [stamnummer, accountUuid] = JSON.parse(open.toString("utf8")) as [string, string];
  return { stamnummer, accountUuid };
}

const ontvangst = z.strictObject({
  bestand: z.string(),
  instellingsnummer: z.string(),
  schooljaar: z.string(),
  status: z.enum(["verwerkt", "deels", "aangehouden", "geweigerd"]),
  ontvangen_op: z.string(),
  verwerkt_op: z.string(),
  ontvangen: z.int(),
  aanvaard: z.int(),
  quarantaine: z.array(
    z.strictObject({ regel: z.int(), veld: z.string().nullable(), code: z.string(), melding: z.string() }),
  ),
  reden: z.strictObject({ code: z.string(), melding: z.string(), herstel: z.string() }).optional(),
  gewijzigd: z.strictObject({ nieuw: z.int(), anders: z.int(), weg: z.int() }).optional(),
});

/** What a school package asks: deliver a file, read its receipt, get the identifiers of a school's pupils (D9, R22, R23). */
export function pakketEndpoints(api: string, hoogstensWachtend: number) {
  const quotum = makeQuota(hoogstensWachtend);
  const placeOf = (naam: string) =>
    `${api}/dropserver/v1/ontvangst/${encodeURIComponent(naam)}${achtervoegsel}`;
  return [
    endpoint({
      id: "dropserverInkomend",
      method: "put",
      path: "/dropserver/v1/inkomend/:naam",
      access: "dropserver:schrijven",
      summary:
        "Een bestand met klassen leveren (D9): CSV of CSV in gzip, hoogstens 2 MB zoals verstuurd. Het antwoord komt na de commit; hetzelfde bestand opnieuw sturen verandert niets. Location zegt waar de ontvangst komt.",
      params: { naam: z.string() },
      stream: "text/csv",
      headers: {
        "Content-Digest":
          "SHA-256 van het bestand (RFC 9530): `sha-256=:…:`. Klopt ze niet, dan telt het bestand niet.",
      },
      output: z.strictObject({ bestand: z.string(), status: z.enum(leveringstatussen), ontvangst: z.url() }),
      also: { 202: "Ontvangen, en het wacht op verwerking. Bij 200 is de ontvangst er al." },
      problems: [
        ...metToken,
        ...Object.values(klasinformatieProblemen),
        algemeen["verkeerd-formaat"],
        algemeen["ongeldige-invoer"],
        algemeen["te-druk"],
      ],
      handle: async ({ ctx, http, clientId, params: { naam } }) => {
        const { pakket } = await pakketOf(ctx, clientId);
        if (!readName(naam)) throw new Problem(klasinformatieProblemen["naam-onleesbaar"]);
        await quotum(ctx, pakket); // before its bytes come
        const inhoud = await readBytes(http, hoogstens);
        const { status } = await receiveFile(ctx, {
          pakket,
          naam,
          inhoud,
          kanaal: "https",
          sha256: announcedSum(http),
        });
        ctx.log.info({ pakket, bestand: naam, bytes: inhoud.length, status }, "bestand ontvangen");
        const plaats = placeOf(naam);
        http.header("location", plaats);
        http.status(status === "wacht" ? 202 : 200);
        return { bestand: naam, status, ontvangst: plaats };
      },
    }),
    endpoint({
      id: "dropserverOntvangst",
      method: "get",
      path: "/dropserver/v1/ontvangst/:ontvangst",
      access: "dropserver:schrijven",
      params: { ontvangst: z.string() },
      summary:
        "De ontvangst van een bestand: de naam van het bestand met .ontvangst.json erachter. Wat is aanvaard, en per foute rij de regel, het veld en de reden.",
      output: z.union([ontvangst, z.strictObject({ bestand: z.string(), status: z.literal("wacht") })]),
      also: {
        202: "Het bestand wacht nog op verwerking: kijk opnieuw na het aantal seconden in Retry-After.",
      },
      problems: [...metToken, algemeen["niet-gevonden"]],
      handle: async ({ ctx, http, clientId, params }) => {
        const { pakket } = await pakketOf(ctx, clientId);
        const { ontvangst: gevraagd } = params;
        const naam = gevraagd.endsWith(achtervoegsel) ? gevraagd.slice(0, -achtervoegsel.length) : "";
        const found = readName(naam) ? await findOntvangst(ctx, pakket, naam) : undefined;
        if (found === undefined) throw new Problem(algemeen["niet-gevonden"]);
        if (found === "wacht") {
          http.header("retry-after", "5");
          http.status(202);
          return { bestand: naam, status: "wacht" as const };
        }
        return { ...found, quarantaine: [...found.quarantaine] };
      },
    }),
    endpoint({
      id: "schoolpakketLeerlingen",
      method: "get",
      path: "/schoolpakket/v1/instellingen/:instellingsnummer/leerlingen",
      access: "schoolpakket:identificatie",
      summary:
        "De identificatoren van de leerlingen van een school die dit pakket gebruikt en klasinformatie deelt: wie in (een deel van) het schooljaar ingeschreven is. Staat er volgende, dan is dat het adres van de volgende bladzijde.",
      params: { instellingsnummer: z.string() },
      query: {
        schooljaar: z.string().regex(/^\d{4}-\d{4}$/, "de vorm 2026-2027"),
        aantal: z.coerce.number().int().min(1).max(5000).default(1000),
        na: z.string().max(500).optional(),
      },
      output: z.strictObject({
        leerlingen: z.array(
          z.strictObject({
            stamnummer: z.string(),
            leer_id_uuid: z.string().nullable(),
            account_uuid: z.string().refine(isUuid),
            administratieve_groep: z.string().nullable(),
          }),
        ),
        volgende: z.url().optional(),
      }),
      problems: [
        algemeen["geen-token"],
        algemeen["geen-recht"],
        ...Object.values(pakketProblemen),
        algemeen["ongeldige-invoer"],
      ],
      handle: async ({ ctx, clientId, params, query }) => {
        const { pakket } = await pakketOf(ctx, clientId);
        const nummer = params.instellingsnummer;
        const { schooljaar, aantal } = query;
        const periode = schooljaarOf(schooljaar, ctx.clock.vandaag());
        if (!periode) throw new Problem(pakketProblemen["schooljaar-niet"]);
        const bij = `leerlingen ${pakket} ${nummer} ${schooljaar}`;
        const na = query.na === undefined ? undefined : readMark(query.na, bij, ctx);
        const found = isInstellingsnummer(nummer)
          ? await giveIdentificaties(ctx, { pakket, instellingsnummer: nummer, ...periode, na, aantal })
          : undefined;
        // One answer to three questions: who has no right may not learn which schools there are, or who shares with whom.
        if (!found) throw new Problem(pakketProblemen["school-niet-van-jou"]);
        const bladzijde = found.slice(0, aantal);
        const last = found.length > aantal ? bladzijde.at(-1) : undefined;
        return {
          leerlingen: bladzijde.map((one) => ({
            stamnummer: one.stamnummer,
            leer_id_uuid: one.leerIdUuid,
            account_uuid: one.accountUuid,
            administratieve_groep: one.administratieveGroep,
          })),
          ...(last && {
            volgende: `${api}/schoolpakket/v1/instellingen/${nummer}/leerlingen?${new URLSearchParams({ schooljaar, aantal: String(aantal), na: mark(last, bij, ctx) }).toString()}`,
          }),
        };
      },
    }),
  ];
}
