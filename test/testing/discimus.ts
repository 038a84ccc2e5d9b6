/** Messages of the Discimus feed for tests: complete ones, of which a test changes what it is about. */

/** A valid INSZ with test sequence number 999; `bis` 20 or 40 makes a bis number. Born in this century unless told. */
export function testInsz(
  jjmmdd: string,
  { bis = 0, eeuw = 20 }: { bis?: 0 | 20 | 40; eeuw?: 19 | 20 } = {},
): string {
  const maand = String(Number(jjmmdd.slice(2, 4)) + bis).padStart(2, "0");
  const romp = `${jjmmdd.slice(0, 2)}${maand}${jjmmdd.slice(4)}999`;
  const controle = 97 - ((Number(romp) + (eeuw === 20 ? 2_000_000_000 : 0)) % 97);
  return romp + String(controle).padStart(2, "0");
}

export type Fields = Readonly<Record<string, unknown>>;

type Kop = {
  readonly versie?: number;
  readonly tijdstip?: string;
  readonly id?: string;
  readonly school?: string;
};

function regel(soort: string, kop: Kop, sleutel: Fields, gegevens: Fields): string {
  const {
    versie = 1,
    tijdstip = `2026-09-01T07:12:${String(10 + versie).padStart(2, "0")}Z`,
    id = `${soort}-${versie}`,
  } = kop;
  return JSON.stringify({ id, volgnummer: 7, tijdstip, soort, versie, sleutel, gegevens });
}

export function schoolRegel(kop: Kop = {}, gegevens: Fields = {}): string {
  const anders = {
    naam: "De Regenboog",
    gemeente: "Gent",
    niveaus: ["kleuter", "lager"],
    van: "2000-09-01",
    vestigingen: ["1"],
  };
  return regel("school", kop, { instellingsnummer: kop.school ?? "999001" }, { ...anders, ...gegevens });
}

export function leerlingRegel(stamnummer: string, kop: Kop = {}, gegevens: Fields = {}): string {
  const anders = { naam: "Peeters", voornaam: "Noor", insz: null, geboortedatum: "2017-05-02" };
  return regel(
    "leerling",
    kop,
    { instellingsnummer: kop.school ?? "999001", stamnummer },
    { ...anders, ...gegevens },
  );
}

export function inschrijvingRegel(stamnummer: string, kop: Kop = {}, gegevens: Fields = {}): string {
  const anders = {
    inschrijving: "i1",
    vestiging: "1",
    niveau: "lager",
    leerjaar: 3,
    administratieve_groep: null,
    van: "2026-09-01",
    tot: null,
    status: "gerealiseerd",
  };
  return regel(
    "inschrijving",
    kop,
    { instellingsnummer: kop.school ?? "999001", stamnummer },
    { ...anders, ...gegevens },
  );
}

export function opdrachtRegel(opdracht: string, kop: Kop = {}, gegevens: Fields = {}): string {
  const anders = {
    opdracht,
    persoon: { vo_id: "vo-1", naam: "Claes", voornaam: "An" },
    verstuurd_op: "2026-08-20",
    vastbenoemd: false,
    van: "2026-09-01",
    tot: null,
  };
  return regel(
    "directeursopdracht",
    kop,
    { instellingsnummer: kop.school ?? "999001" },
    { ...anders, ...gegevens },
  );
}
