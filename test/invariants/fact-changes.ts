import type { AccountUuid } from "#platform/ids";

/** A change of something that the decision reads. */
export type Change = {
  readonly table: string;
  readonly kind: "insert" | "update" | "delete";
  /** Which columns it is about. */
  readonly columns: readonly string[];
  readonly sql: string;
};
type Values = Readonly<Record<string, string>>;

const insert = (table: string, values: Values): Change => ({
  table,
  kind: "insert",
  columns: Object.keys(values),
  sql: `insert into ${table} (${Object.keys(values).join(", ")}) values (${Object.values(values).join(", ")})`,
});
const update = (table: string, where: string, values: Values): Change => ({
  table,
  kind: "update",
  columns: Object.keys(values),
  sql: `update ${table} set ${Object.entries(values)
    .map(([column, value]) => `${column} = ${value}`)
    .join(", ")} where ${where}`,
});
const remove = (table: string, where: string): Change => ({
  table,
  kind: "delete",
  columns: [],
  sql: `delete from ${table} where ${where}`,
});
/** What does not stand alone: in one commit with another change. */
const before = (change: Change, other: Change): Change => ({
  ...change,
  sql: `begin; ${change.sql}; ${other.sql}; commit`,
});
const afterwards = (change: Change, other: Change): Change => ({
  ...change,
  sql: `begin; ${other.sql}; ${change.sql}; commit`,
});
/** What the server itself has no right to. */
const asOwner = (change: Change): Change => ({
  ...change,
  sql: `begin; set local role none; ${change.sql}; commit`,
});
/** Each column with its value, one after the other. */
const updates = (table: string, where: string, values: Values): readonly Change[] =>
  Object.entries(values).map(([column, value]) => update(table, where, { [column]: value }));

const rule = (n: number) => `'00000000-0000-4000-8000-00000000000${n}'`;
const where = (n: number) => `regel_id = ${rule(n)}`;

/**
 * Changes of each table and each column that facts are made of, to be done in this order. Each changes what a pupil with these
 * accounts gets in 999001 (formerly 999000, which chose) or 999002, of bingel, klas, derde or all applications.
 */
export function changesOf({
  account,
  former,
}: {
  readonly account: AccountUuid;
  readonly former: AccountUuid;
}): readonly Change[] {
  return [...ofOffer(), ...ofSchools(), ...ofRules(account, former), ...ofPupil(account, former)];
}

function ofOffer(): readonly Change[] {
  const [toepassing, client, protocol] = [
    "toepassingen.toepassing",
    "toepassingen.client",
    "protocollen.protocol",
  ];
  const chosen = { instellingsnummer: "'999001'", toepassing: "'derde'", van: "'2020-09-01'" };
  const derde = "toepassing = 'derde'";
  const web = {
    soort: "'web'",
    naam: "'c'",
    omgeving: "'productie'",
    metadata: "'{}'",
    gewijzigd_op: "now()",
  };
  return [
    before(
      insert(toepassing, {
        toepassing: "'derde'",
        naam: "'derde'",
        omschrijving: "'Lezen'",
        aanbieder: "'Van In'",
        soort: "'doeltoepassing'",
        start_url: "'https://derde.example/'",
        tint: "1",
        initialen: "'D'",
        integreert_klasinformatie: "false",
        instructies: "''",
        gewijzigd_op: "now()",
      }),
      insert("toepassingen.keuze", chosen),
    ),
    insert(client, { client_id: "'derde'", toepassing: "'derde'", doelgroep: "'leerlingen'", ...web }),
    insert(protocol, {
      protocol: "'derde'",
      versie: "1",
      toepassing: "'derde'",
      van: "'2020-01-01'",
      attributen: `'[{"attribuut":"Naam"}]'`,
      inhoud: "'{}'",
      ingevoerd_op: "now()",
    }),
    ...updates(protocol, "protocol = 'derde'", {
      van: "'2021-01-01'",
      tot: "'2099-01-01'",
      attributen: `'[{"attribuut":"Voornaam"}]'`,
      versie: "2",
      toepassing: "'klas'",
      protocol: "'vierde'",
    }),
    asOwner(remove(protocol, "protocol = 'vierde'")),
    ...updates(toepassing, derde, {
      naam: "'Alfabet'", // stands first among all
      omschrijving: "'Rekenen'",
      start_url: "'https://derde.example/start'",
      tint: "2",
      initialen: "'A'",
      integreert_klasinformatie: "true",
      soort: "'loket'",
    }),
    ...updates(client, "client_id = 'derde'", { toepassing: "'klas'", doelgroep: "'medewerkers'" }),
    update(client, "client_id = 'derde'", { doelgroep: "'leerlingen'" }),
    update(client, "client_id = 'derde'", { client_id: "'anders'" }),
    update(client, "client_id = 'anders'", { client_id: "'derde'" }),
    remove(client, "client_id = 'derde'"),
    update(toepassing, derde, { soort: "'doeltoepassing'" }),
    afterwards(remove(toepassing, derde), remove("toepassingen.keuze", derde)),
  ];
}

function ofSchools(): readonly Change[] {
  const keuze = "toepassingen.keuze";
  const planned = { instellingsnummer: "'999002'", toepassing: "'bingel'", van: "'2021-01-01'" };
  return [
    insert(keuze, planned),
    ...updates(keuze, "van = '2021-01-01'", {
      tot: "'2099-12-31'",
      toepassing: "'klas'",
      instellingsnummer: "'999000'",
    }),
    update(keuze, "van = '2021-01-01'", { van: "'2022-01-01'" }),
    update(keuze, "van = '2022-01-01'", { van: "'2099-01-01'" }), // not yet
    update(keuze, "van = '2099-01-01'", { van: "'2022-01-01'" }),
    remove(keuze, "van = '2022-01-01'"),
    remove(keuze, "instellingsnummer = '999002' and toepassing = 'bingel'"), // the last of that school
  ];
}

function ofRules(account: AccountUuid, former: AccountUuid): readonly Change[] {
  const regel = "toepassingen.zichtbaarheid";
  const [of, ofFormer] = [`'${account}'`, `'${former}'`];
  const bingel = { toepassing: "'bingel'", instellingsnummer: "'999002'" };
  return [
    insert(regel, {
      regel_id: rule(1),
      ...bingel,
      soort: "'leerjaar'",
      niveau: "'secundair'",
      leerjaar: "1",
    }),
    ...updates(regel, where(1), {
      niveau: "'lager'",
      leerjaar: "2",
      van: "'2021-01-01'",
      tot: "'2099-01-01'",
      toepassing: "'klas'",
      instellingsnummer: "'999000'",
    }),
    update(regel, where(1), { soort: "'niveau'", leerjaar: "null" }),
    insert(regel, { regel_id: rule(2), ...bingel, soort: "'klas'", klas: "'3A'" }),
    update(regel, where(2), { klas: "'4B'" }),
    update(regel, where(2), { soort: "'subklas'", subklas: "'Zwemmen'" }),
    update(regel, where(2), { subklas: "'Turnen'" }),
    remove(regel, where(2)),
    // On one pupil: a fact of his, also under the account that he had.
    insert(regel, { regel_id: rule(3), ...bingel, soort: "'leerling'", account_uuid: ofFormer }),
    update(regel, where(3), { uitgesloten: "true" }),
    update(regel, where(3), { van: "'2021-01-01'", tot: "'2099-01-01'" }),
    update(regel, where(3), { instellingsnummer: "'999000'" }),
    update(regel, where(3), { account_uuid: "gen_random_uuid()" }), // of another
    update(regel, where(3), { account_uuid: of }),
    // From a rule on one pupil to one on all, and back.
    update(regel, where(3), { soort: "'school'", account_uuid: "null", uitgesloten: "false" }),
    update(regel, where(3), { soort: "'leerling'", account_uuid: of }),
    remove(regel, where(3)),
    remove(regel, "instellingsnummer = '999001'"),
  ];
}

function ofPupil(account: AccountUuid, former: AccountUuid): readonly Change[] {
  const elsewhere = "instellingsnummer = '999002' and stamnummer = 'x'";
  return [
    update("leerlingen.account", `account_uuid = '${account}'`, { voornaam: "'Nora'" }),
    update("leerlingen.registratie", elsewhere, { account_uuid: `'${former}'` }),
    update("leerlingen.registratie", elsewhere, { account_uuid: `'${account}'` }),
    update("inschrijvingen.inschrijving", elsewhere, { leerjaar: "2" }),
    update("inschrijvingen.inschrijving", elsewhere, { geannuleerd: "true" }),
    update("inschrijvingen.inschrijving", elsewhere, { geannuleerd: "false" }),
    update("scholen.school", "instellingsnummer = '999001'", { naam: "'De Boog'" }),
    update("scholen.school", "instellingsnummer = '999000'", { opvolger: "null" }), // what it chose counts no more
    update("scholen.school", "instellingsnummer = '999000'", { opvolger: "'999001'" }),
    update("klassen.indeling", "klas = '3A'", { klas: "'3B'" }),
    update("akkoorden.akkoord", "instellingsnummer = '999001'", {
      gestopt_op: "now()",
      gestopt_door: "'vo-1'",
      gestopt_naam: "'Els Vandamme'",
    }),
  ];
}
