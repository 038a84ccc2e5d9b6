import { readFileSync, statSync } from "node:fs";

/** A secret is a line; what is longer is another file. */
const most = 10_000;

/**
 * The value of a secret setting: as it is, or what the file named by `…_FILE` holds, without the line end. What is wrong is added to
 * `problems`, never with a value in it.
 */
export function readSecret(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  problems: string[],
): string | undefined {
  const setting = `${name}_FILE`;
  const file = env[setting];
  if (!file) return env[name];
  const refuse = (what: string): undefined => void problems.push(`${setting}: ${what}`);
  if (env[name]) return refuse(`${name} is ook gegeven. Kies één van beide.`);
  try {
    const found = statSync(file);
    if (!found.isFile() || found.size > most) return refuse("dit is geen bestand met een geheim.");
    if ((found.mode & 0o004) !== 0)
      return refuse(
        "iedereen op deze machine kan dit bestand lezen. Geef het aan de gebruiker van LeerID, met  chmod 400 .",
      );
    const text = readFileSync(file, "utf8").replace(/\r?\n$/, "");
    return text === "" ? refuse("dit bestand is leeg.") : text;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return refuse(
      `het bestand kan niet gelezen worden (${code ?? "onbekend"}). Kijk de naam en de rechten na.`,
    );
  }
}
