export type { InschrijvingBericht } from "./contract.ts";
export { listNieuws, verwerking, verwerkKlaargezet, zetKlaar } from "./store.ts";
