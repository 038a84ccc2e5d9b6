import type { Leveringstatus, Ontvangst } from "./contract.ts";
import { bestandredenen, type Bestandreden } from "./problems.ts";
import type { Judgement } from "./rules.ts";

/** What a receipt says of a file, whatever became of it. */
export type About = {
  readonly naam: string;
  readonly instellingsnummer: string;
  readonly schooljaar: string;
  readonly ontvangenOp: Date;
};

function ontvangst(
  over: About,
  nu: Date,
  status: Exclude<Leveringstatus, "wacht">,
  rest: Pick<Ontvangst, "ontvangen" | "aanvaard" | "quarantaine" | "reden" | "gewijzigd">,
): Ontvangst {
  return {
    bestand: over.naam,
    instellingsnummer: over.instellingsnummer,
    schooljaar: over.schooljaar,
    status,
    ontvangen_op: over.ontvangenOp.toISOString(),
    verwerkt_op: nu.toISOString(),
    ...rest,
  };
}

const reason = (code: Bestandreden, waar = ""): NonNullable<Ontvangst["reden"]> => ({
  code,
  melding: `${bestandredenen[code].melding}${waar}`,
  herstel: bestandredenen[code].herstel,
});

/** A file that was refused as a whole; `regel` = the line where its structure breaks. */
export const refused = (over: About, nu: Date, code: Bestandreden, regel?: number): Ontvangst =>
  ontvangst(over, nu, "geweigerd", {
    ontvangen: 0,
    aanvaard: 0,
    quarantaine: [],
    reden: reason(code, regel === undefined ? "" : ` Zie regel ${regel}.`),
  });

/** A held file that is refused after all: its counts and rows stay. */
export const afterHold = (eerst: Ontvangst, over: About, nu: Date, code: Bestandreden): Ontvangst =>
  ontvangst(over, nu, "geweigerd", {
    ontvangen: eerst.ontvangen,
    aanvaard: eerst.aanvaard,
    quarantaine: eerst.quarantaine,
    reden: reason(code),
  });

/** A file that is held until the school decides. */
export const held = (over: About, nu: Date, code: Bestandreden, wat: Judgement): Ontvangst =>
  ontvangst(over, nu, "aangehouden", { ...tally(wat), reden: reason(code) });

/** A file that was applied. */
export const accepted = (over: About, nu: Date, wat: Judgement): Ontvangst =>
  ontvangst(over, nu, wat.quarantaine.length === 0 ? "verwerkt" : "deels", {
    ...tally(wat),
    gewijzigd: wat.gewijzigd,
  });

/** A file that says what stands already. */
export const unchanged = (over: About, nu: Date, rows: number): Ontvangst =>
  ontvangst(over, nu, "verwerkt", {
    ontvangen: rows,
    aanvaard: rows,
    quarantaine: [],
    gewijzigd: { nieuw: 0, anders: 0, weg: 0 },
  });

const tally = ({ aanvaard, quarantaine }: Judgement) => ({
  ontvangen: aanvaard.length + quarantaine.length,
  aanvaard: aanvaard.length,
  quarantaine,
});
