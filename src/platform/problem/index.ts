/** What is published of one kind of refusal: RFC 9457 `type`/`title`, with a stable code. */
export type ProblemKind = {
  readonly code: string;
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 429 | 503;
  /** One Dutch sentence: what is wrong. */
  readonly titel: string;
  /** Who can fix it, and how. */
  readonly herstel: string;
};

/** A refusal that the caller may see. Everything else that is thrown is a bug. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  constructor(kind: ProblemKind, detail?: string, headers: Readonly<Record<string, string>> = {}) {
    super(`${kind.code}${detail ? `: ${detail}` : ""}`);
    this.name = "Problem";
    this.kind = kind;
    this.detail = detail;
    this.headers = headers;
  }
}

/** Declares a module's list of problems: one declaration per refusal, from which the documentation is made. */
export function problems<const K extends Record<string, Omit<ProblemKind, "code">>>(
  list: K,
): { readonly [P in keyof K & string]: ProblemKind & { readonly code: P } } {
  return Object.fromEntries(Object.entries(list).map(([code, kind]) => [code, { code, ...kind }])) as never;
}

/** The body of a problem response (RFC 9457). */
export function problemBody(kind: ProblemKind, detail?: string): Record<string, unknown> {
  return {
    type: `urn:leerid:probleem:${kind.code}`,
    title: kind.titel,
    status: kind.status,
    code: kind.code,
    detail: detail ?? kind.titel,
    herstel: kind.herstel,
  };
}

/** Refusals that any endpoint can give. */
export const algemeen = problems({
  "niet-gevonden": { status: 404, titel: "Dit bestaat niet.", herstel: "Kijk het adres na." },
  "geen-token": {
    status: 401,
    titel: "Deze vraag heeft geen geldig toegangstoken.",
    herstel: "Vraag met je client een nieuw token aan bij ACM en stuur het mee als Bearer-token.",
  },
  "geen-recht": {
    status: 403,
    titel: "Dit token mag deze vraag niet stellen.",
    herstel: "Vraag het Departement Onderwijs en Vorming om de ontbrekende scope voor je client.",
  },
  "ongeldige-invoer": {
    status: 400,
    titel: "De vraag is niet goed opgebouwd.",
    herstel: "Pas de vraag aan volgens de beschrijving van de API. Wie de software maakt kan dit oplossen.",
  },
  "te-groot": {
    status: 413,
    titel: "De vraag is te groot.",
    herstel: "Stuur de gegevens in kleinere delen.",
  },
  "verkeerd-formaat": {
    status: 415,
    titel: "Dit soort inhoud wordt hier niet gelezen.",
    herstel: "Stuur de inhoud in het formaat dat in de beschrijving van de API staat.",
  },
  "te-druk": {
    status: 503,
    titel: "LeerID heeft het nu te druk, of de databank is even weg.",
    herstel:
      "Stuur dezelfde vraag opnieuw na het aantal seconden in Retry-After. Wat al verwerkt was, wordt geen tweede keer gedaan.",
  },
});
