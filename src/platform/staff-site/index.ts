export { openDoor, staffClient } from "./door.ts";
export type { Answers, Door, DoorOptions, Sessies } from "./door.ts";
export { kader, melding, meldingBlad } from "./page.ts";
export type { Blad, Kader } from "./page.ts";
export type { Medewerker } from "./staff.ts";
