import { readFileSync } from "node:fs";

const about = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

/** The version of this program, as package.json says: `0.1.0`. */
export const { version } = about;
