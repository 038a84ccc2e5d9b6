import type { Standing } from "#platform/import-file";
import type { ProtocolFile } from "./contract.ts";

/** What a version of an agreement gives and until when, for telling what the next one adds, changes and ends. Not its words. */
export function standingOf({ protocol, versie, van, tot, attributen }: ProtocolFile): Standing {
  const name = `protocol ${protocol}`;
  return new Map([
    [`${name}: versie`, { value: String(versie) }],
    [`${name}: vanaf`, { value: van }],
    [`${name}: tot en met`, { value: tot ?? "zonder einde" }],
    ...attributen.map(
      ({ attribuut, tot: last }) =>
        [`${name}: ${attribuut}`, { value: last === undefined ? "" : `tot en met ${last}` }] as const,
    ),
  ]);
}
