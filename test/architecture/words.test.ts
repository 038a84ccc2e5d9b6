import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceFiles } from "./source.ts";

// One rule for words (CONTRIBUTING.md): nouns of the field are Dutch, verbs and technique English. These lists hold what was
// written here before the rule; whoever slips in another word hears it in a review, and adds it.
const verbs = words(`
  bedien beeindig bekijk beoordeel beschrijf beslis bewaar breek bouw controleer draai eindig exporteer geef groepeer haal
  herlaad hernoem hervat importeer kies kijk klik knoei koppel laad laat lees lever luister maak markeer meld neem noteer
  onderteken ontcijfer onthoud ontvang pas probeer registreer roteer ruim schrijf schuif sluit sorteer stuur tel toon trek
  vergeet vergelijk vergrendel verhuis verifieer verplaats verstuur vervang ververs verwerk verwijder verzegel verzend vind
  voeg voer wacht weiger wijzig wis wissel zeg zet zie zoek zorg`);
/** Dutch words that an English reader takes for another one. */
const misread = words("loop past nee brief slot even");
const technique = words(`
  aanmelden afmelden bestand catalogus eisen formulier fout grafiek hulp keten knop lijst pagina paginas quotum rij scherm
  tabel tekst toetsenbord uitleg veld verschil voorbij woorden woordenlijst zoeken`);
const prepositions = /[a-z](?:Van|Voor|Met|Naar|Zonder|Bij)(?=[A-Z]|$)/;

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

const files = ["src", "test", "demo", "bench", "docs", "packages"].flatMap(sourceFiles);

/** Names of the functions that a file declares, also those in a constant. */
const functionsIn = (text: string): string[] =>
  [
    ...text.matchAll(/\bfunction\*? (\w+)/g),
    ...text.matchAll(/\bconst (\w+) = (?:async )?(?:<[^=>]+>)?\((?:[^()]|\([^()]*\))*\)(?:: [^=;]+?)? =>/g),
  ].map(([, name = ""]) => name);

test("functions have an English verb, and no word that reads as another", () => {
  const all = files.flatMap(({ path, text }) => functionsIn(text).map((name) => ({ path, name })));
  assert.ok(all.length > 1000, `${all.length} functions`);
  const wrong = all.filter(({ name }) => {
    const [first = ""] = /^[a-z]+/.exec(name) ?? [];
    return verbs.has(first) || misread.has(name) || prepositions.test(name);
  });
  assert.deepEqual(
    wrong.map(({ path, name }) => `${path}: ${name}`),
    [],
  );
});

test("files are named in the same words", () => {
  const wrong = files.filter(({ path }) => {
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/(?:\.test)?\.ts$/, "");
    return name.split("-").some((part) => technique.has(part) || verbs.has(part));
  });
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
});
