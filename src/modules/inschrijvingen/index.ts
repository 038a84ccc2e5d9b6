export type { InschrijvingBericht } from "./contract.ts";
export { verwerking, verwerkKlaargezet, zetKlaar } from "./store.ts";
