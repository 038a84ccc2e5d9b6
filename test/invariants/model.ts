/**
 * A plain model of how messages about pupils become accounts (D2): what src/modules/leerlingen does in SQL, without sets, locks
 * and encryption. One message at a time, in the order given.
 */
export type Message = {
  readonly school: string;
  readonly stam: string;
  readonly versie: number;
  readonly tijdstip: string;
  readonly naam: string;
  readonly voornaam: string;
  readonly insz: string | null;
};

export type Person = {
  readonly nr: number;
  leerId: number | null;
  naam: string;
  voornaam: string;
  gebruikersnaam: string | null;
  door: Person | null;
};
type Registration = {
  readonly school: string;
  readonly stam: string;
  laatste: Message;
  account: Person;
  tijdelijk: Person | null;
  met: number;
  zonder: number;
};

export type Model = {
  readonly accounts: Person[];
  readonly registraties: Map<string, Registration>;
  readonly inszs: Map<string, Person>;
  /** Pairs of accounts, oldest first, that wait for people. */
  voorstellen: (readonly [Person, Person])[];
};

export const emptyModel = (): Model => ({
  accounts: [],
  registraties: new Map(),
  inszs: new Map(),
  voorstellen: [],
});

const never = Number.POSITIVE_INFINITY;

/** Takes one message; `plainlyOne` tells of two INSZ whether they may be merged without people. */
export function take(
  model: Model,
  m: Message,
  fold: (voornaam: string, naam: string) => string,
  plainlyOne: (a: string, b: string) => boolean,
): string {
  const key = `${m.school} ${m.stam}`;
  const known = m.insz === null ? undefined : model.inszs.get(m.insz);
  const r = model.registraties.get(key);
  const mint = (identified: boolean): Person => {
    const person: Person = {
      nr: model.accounts.length,
      leerId: identified ? model.accounts.length : null,
      naam: m.naam,
      voornaam: m.voornaam,
      gebruikersnaam: null,
      door: null,
    };
    model.accounts.push(person);
    return person;
  };
  const supersede = (old: Person, by: Person) => {
    old.door = by;
    old.naam = old.voornaam = "";
    for (const account of model.accounts) if (account.door === old) account.door = by;
  };
  const rename = (account: Person) => {
    const order = (reg: Registration) => `${reg.laatste.tijdstip} ${reg.school} ${reg.stam}`;
    const [best] = [...model.registraties.values()]
      .filter((reg) => reg.account === account)
      .toSorted((a, b) => (order(a) < order(b) ? 1 : -1));
    if (best) [account.naam, account.voornaam] = [best.laatste.naam, best.laatste.voornaam];
  };
  const met = m.insz === null ? -never : m.versie;
  const zonder = m.insz === null ? m.versie : never;

  if (!r) {
    let account = known;
    if (!account) {
      account = mint(m.insz !== null);
      const basis = fold(m.voornaam, m.naam);
      const taken = model.accounts.filter(
        (a) => a.gebruikersnaam !== null && a.gebruikersnaam.replace(/\d+$/, "") === basis,
      ).length;
      account.gebruikersnaam = taken === 0 ? basis : `${basis}${taken + 1}`;
      if (m.insz !== null) model.inszs.set(m.insz, account);
    }
    model.registraties.set(key, {
      school: m.school,
      stam: m.stam,
      laatste: m,
      account,
      tijdelijk: m.insz === null ? account : null,
      met,
      zonder,
    });
    rename(account);
    return "verwerkt";
  }
  if (m.versie === r.laatste.versie)
    return JSON.stringify(m) === JSON.stringify(r.laatste) ? "ongewijzigd" : "botsing";

  let news = m.versie > r.laatste.versie;
  if (m.insz !== null && r.met !== -never && known && known !== r.account) {
    const mine = [...model.inszs].filter(([, p]) => p === r.account);
    const other = [...model.inszs].filter(([, p]) => p === known);
    const [oldest, youngest] = known.nr < r.account.nr ? [known, r.account] : [r.account, known];
    if (model.voorstellen.some(([a, b]) => a === oldest && b === youngest)) {
      // waits for people
    } else if (mine.some(([a]) => other.some(([b]) => plainlyOne(a, b)))) {
      supersede(youngest, oldest);
      for (const reg of model.registraties.values()) if (reg.account === youngest) reg.account = oldest;
      for (const [insz, p] of model.inszs) if (p === youngest) model.inszs.set(insz, oldest);
      const renamed = model.voorstellen.map(
        ([a, b]) =>
          [a === youngest ? oldest : a, b === youngest ? oldest : b].toSorted((x, y) => x.nr - y.nr) as [
            Person,
            Person,
          ],
      );
      model.voorstellen = renamed.filter(
        ([a, b], index) => a !== b && renamed.findIndex(([c, d]) => c === a && d === b) === index,
      );
      rename(oldest);
      news = true;
    } else {
      model.voorstellen.push([oldest, youngest]);
      news = true;
    }
  } else if (m.insz === null) {
    // says nothing of identity
  } else if (r.met === -never) {
    const temporary = r.account;
    if (known) {
      r.account = known;
      supersede(temporary, known);
    } else if (m.versie < r.zonder) {
      temporary.leerId = temporary.nr;
      r.tijdelijk = null;
    } else {
      r.account = mint(true);
      r.account.gebruikersnaam = temporary.gebruikersnaam;
      temporary.gebruikersnaam = null;
      supersede(temporary, r.account);
    }
    model.inszs.set(m.insz, r.account);
  } else if (!known) {
    model.inszs.set(m.insz, r.account);
    news = true;
  }
  if (met > r.met || zonder < r.zonder) news = true;
  r.met = Math.max(r.met, met);
  r.zonder = Math.min(r.zonder, zonder);
  if (!r.tijdelijk && r.zonder < r.met) {
    r.tijdelijk = mint(false);
    supersede(r.tijdelijk, r.account);
  }
  if (m.versie > r.laatste.versie) r.laatste = m;
  rename(r.account);
  return news ? "verwerkt" : "ongewijzigd";
}
