import type { Leveringstatus, Ontvangst } from "./contract.ts";
import { bestandredenen, type Bestandreden } from "./problems.ts";
import type { Beoordeling } from "./rules.ts";

/** What a receipt says of a file, whatever became of it. */
export type Over = {
  readonly naam: string;
  readonly instellingsnummer: string;
  readonly schooljaar: string;
  readonly ontvangenOp: Date;
};

function ontvangst(
  over: Over,
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

const reden = (code: Bestandreden, waar = ""): NonNullable<Ontvangst["reden"]> => ({
  code,
  melding: `${bestandredenen[code].melding}${waar}`,
  herstel: bestandredenen[code].herstel,
});

/** A file that was refused as a whole; `regel` = the line where its structure breaks. */
export const geweigerd = (over: Over, nu: Date, code: Bestandreden, regel?: number): Ontvangst =>
  ontvangst(over, nu, "geweigerd", {
    ontvangen: 0,
    aanvaard: 0,
    quarantaine: [],
    reden: reden(code, regel === undefined ? "" : ` Zie regel ${regel}.`),
  });

/** A held file that is refused after all: its counts and rows stay. */
export const naHouden = (eerst: Ontvangst, over: Over, nu: Date, code: Bestandreden): Ontvangst =>
  ontvangst(over, nu, "geweigerd", {
    ontvangen: eerst.ontvangen,
    aanvaard: eerst.aanvaard,
    quarantaine: eerst.quarantaine,
    reden: reden(code),
  });

/** A file that is held until the school decides. */
export const aangehouden = (over: Over, nu: Date, code: Bestandreden, wat: Beoordeling): Ontvangst =>
  ontvangst(over, nu, "aangehouden", { ...tel(wat), reden: reden(code) });

/** A file that was applied. */
export const verwerkt = (over: Over, nu: Date, wat: Beoordeling): Ontvangst =>
  ontvangst(over, nu, wat.quarantaine.length === 0 ? "verwerkt" : "deels", {
    ...tel(wat),
    gewijzigd: wat.gewijzigd,
  });

/** A file that says what stands already. */
export const ongewijzigd = (over: Over, nu: Date, rijen: number): Ontvangst =>
  ontvangst(over, nu, "verwerkt", {
    ontvangen: rijen,
    aanvaard: rijen,
    quarantaine: [],
    gewijzigd: { nieuw: 0, anders: 0, weg: 0 },
  });

const tel = ({ aanvaard, quarantaine }: Beoordeling) => ({
  ontvangen: aanvaard.length + quarantaine.length,
  aanvaard: aanvaard.length,
  quarantaine,
});
