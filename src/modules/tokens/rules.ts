import type { Ondertekensleutel } from "./contract.ts";

/** Hours that a key still verifies after it stopped signing: longer than any token or session it signed for. */
export const urenUitgaand = 48;

const order = { actief: 0, volgend: 1, uitgaand: 2 } as const;

/** The order in which a signer looks for its key: active ones first. */
export function inOrder(sleutels: readonly Ondertekensleutel[]): Ondertekensleutel[] {
  return sleutels.toSorted((a, b) => order[a.status] - order[b.status] || a.kid.localeCompare(b.kid));
}
