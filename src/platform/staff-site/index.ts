export { openBy, staffClient } from "./door.ts";
export type { Answers, Door, DoorOptions } from "./door.ts";
export { frame, notice, noticeSheet } from "./page.ts";
export type { Sheet, Frame } from "./page.ts";
export type { Medewerker } from "./staff.ts";
