/**
 * What stands of the things that a file is about: each by the name that a person gives it, with its value. Of a secret the value is
 * compared and never shown.
 */
export type Standing = ReadonlyMap<string, { readonly value: string; readonly secret?: true }>;

/** What an import does to one thing. */
export type Change = {
  readonly sort: "nieuw" | "anders" | "eindigt";
  /** `client bingel: redirect_uris https://bingel.example/terug` */
  readonly text: string;
};

const longest = 100;
const short = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** The difference between what stood and what stands: new things, changed ones, and those that end; each in the order of the names. */
export function changesBetween(before: Standing, after: Standing): Change[] {
  const changes: Change[] = [];
  for (const [name, { value, secret }] of after) {
    const earlier = before.get(name);
    const shown = secret || value === "" ? "" : `: ${short(value)}`;
    if (!earlier) changes.push({ sort: "nieuw", text: `${name}${shown}` });
    else if (earlier.value !== value)
      changes.push({
        sort: "anders",
        text: secret ? name : `${name}: ${short(earlier.value)} → ${short(value)}`,
      });
  }
  for (const name of before.keys()) if (!after.has(name)) changes.push({ sort: "eindigt", text: name });
  return changes;
}
