import { z } from "zod";
import { uuid } from "#platform/route";
import type { AccountUuid } from "#platform/ids";
import { algemeen, Problem, problems } from "#platform/problem";
import { authenticate, type Gate } from "#modules/aanmelding";
import { discimusProblemen, receive } from "#modules/discimus";
import { findAccountUuid } from "#modules/leerlingen";
import { writeRegel } from "#modules/privacylog";
import { decide, getFeiten, subjectOf, explanationOf } from "#modules/verstrekking";
import { inTransaction } from "#platform/context";
import { endpoint } from "./access.ts";
import { readRegels } from "./body.ts";
import { pakketEndpoints } from "./packages.ts";

export const datastoreProblemen = problems({
  "aanmelding-onjuist": {
    status: 401,
    titel: "De gebruikersnaam of het wachtwoord is niet juist.",
    herstel: "De leerling kijkt op zijn strookje en probeert opnieuw.",
  },
  "aanmelding-wachten": {
    status: 401,
    titel: "Er waren te veel pogingen met deze gebruikersnaam.",
    herstel: "De leerling wacht het aantal seconden in Retry-After en probeert opnieuw.",
  },
});

const metToken = [algemeen["geen-token"], algemeen["geen-recht"]];

/** The endpoints of the API (interface contract: Discimus feed, Datastore API, School package). `api` is our address outside. */
export function endpoints(poort: Gate, api: string, hoogstensWachtend = Number.POSITIVE_INFINITY) {
  return [
    ...pakketEndpoints(api, hoogstensWachtend),
    endpoint({
      id: "discimusBerichten",
      method: "post",
      path: "/discimus/v1/berichten",
      access: "discimus:schrijven",
      summary:
        "Berichten van Discimus leveren, één per regel (NDJSON, gzip mag). Het antwoord komt na de commit.",
      stream: "application/x-ndjson",
      output: z.strictObject({
        ontvangen: z.int(),
        verwerkt: z.int(),
        ongewijzigd: z.int(),
        quarantaine: z.array(
          z.strictObject({
            regel: z.int(),
            id: z.string().nullable(),
            code: z.string(),
            veld: z.string().nullable(),
            melding: z.string(),
          }),
        ),
      }),
      problems: [
        ...metToken,
        algemeen["te-groot"],
        algemeen["verkeerd-formaat"],
        ...Object.values(discimusProblemen),
      ],
      handle: async ({ ctx, http }) => {
        const answer = await receive(ctx, await readRegels(http), { bron: "http" });
        return { ...answer, quarantaine: [...answer.quarantaine] };
      },
    }),
    endpoint({
      id: "datastoreAanmelding",
      method: "post",
      path: "/datastore/v1/aanmelding",
      access: "acm:datastore",
      summary: "Is dit een leerling, en klopt het wachtwoord? Altijd even traag (R17, R26).",
      json: z.strictObject({ gebruikersnaam: z.string().max(1000), wachtwoord: z.string().max(5000) }),
      output: z.strictObject({
        account_uuid: z.string(),
        leer_id_uuid: z.string().optional(),
        wachtwoord_kiezen: z.boolean(),
      }),
      problems: [...metToken, ...Object.values(datastoreProblemen), algemeen["ongeldige-invoer"]],
      handle: async ({ ctx, json }) => {
        const outcome = await authenticate(ctx, poort, { ...json, clientId: "" });
        if (outcome.soort === "wachten") {
          throw new Problem(datastoreProblemen["aanmelding-wachten"], undefined, {
            "retry-after": String(outcome.seconden),
          });
        }
        if (outcome.soort === "onjuist") throw new Problem(datastoreProblemen["aanmelding-onjuist"]);
        const { account } = outcome.feiten;
        return {
          account_uuid: account.account_uuid,
          ...(account.leer_id_uuid ? { leer_id_uuid: account.leer_id_uuid } : {}),
          wachtwoord_kiezen: outcome.kiesWachtwoord,
        };
      },
    }),
    endpoint({
      id: "datastoreVerstrekking",
      method: "post",
      path: "/datastore/v1/verstrekking",
      access: "acm:datastore",
      summary: "Mag deze leerling deze toepassing openen, en wat krijgt ze? (D5, R27, R29)",
      json: z
        .strictObject({
          account_uuid: uuid.optional(),
          leer_id_uuid: uuid.optional(),
          client_id: z.string().max(100),
          scope: z.string().max(500),
        })
        .refine(
          (value) => (value.account_uuid === undefined) !== (value.leer_id_uuid === undefined),
          "geef account_uuid of leer_id_uuid, één van de twee",
        ),
      output: z.discriminatedUnion("toegang", [
        z.strictObject({
          toegang: z.literal(true),
          sub: z.string(),
          claims: z.record(z.string(), z.unknown()),
          protocol: z.string().nullable(),
          via: z.array(z.string()),
        }),
        z.strictObject({ toegang: z.literal(false), reden: z.string(), waarom: z.string(), wie: z.string() }),
      ]),
      problems: [...metToken, algemeen["ongeldige-invoer"]],
      handle: ({ ctx, json }) =>
        inTransaction(ctx, async (tx) => {
          const vandaag = tx.clock.vandaag();
          const accountUuid = (json.account_uuid ?? (await findAccountUuid(tx, json.leer_id_uuid ?? ""))) as
            | AccountUuid
            | undefined;
          const feiten = accountUuid ? await getFeiten(tx, accountUuid, json.client_id, vandaag) : null;
          const besluit = decide(feiten, json.client_id, { scopes: new Set(json.scope.split(" ")) });
          if (!besluit.toegang)
            return { toegang: false as const, reden: besluit.reden, ...explanationOf(besluit) };
          await writeRegel(tx, {
            tijdstip: tx.clock.now(),
            soort: "datastore",
            accountUuid: besluit.accountUuid,
            attributen: besluit.attributen,
            ontvanger: json.client_id,
            protocol: besluit.protocol,
            aanleiding: "datastore",
          });
          return {
            toegang: true as const,
            sub: subjectOf(tx.keys, besluit),
            claims: besluit.claims,
            protocol: besluit.protocol,
            via: [...besluit.via],
          };
        }),
    }),
  ];
}
