export { fout, nietIngelogd } from "./fout.ts";
export type { FoutInput, NietIngelogdInput } from "./fout.ts";
export { mijnToepassingen } from "./mijn-toepassingen.ts";
export type { MijnToepassingenInput, Tegel } from "./mijn-toepassingen.ts";
export { wieKreegMijnGegevens } from "./wie-kreeg-mijn-gegevens.ts";
export type { Vrijgave, WieKreegMijnGegevensInput } from "./wie-kreeg-mijn-gegevens.ts";
export { uitleg, uitlegPaginas, voetVan } from "./uitleg.ts";
