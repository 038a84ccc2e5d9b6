export * from "./contract.ts";
export { openSleutel, SleutelError, terugPad } from "./key.ts";
export type { Answer, Sleutel, SleutelOptions, WayOut } from "./key.ts";
