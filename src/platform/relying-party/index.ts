export { clientSecretOf, openDoor } from "./door.ts";
export type { Door, DoorOptions, DoorPages, Sessies } from "./door.ts";
