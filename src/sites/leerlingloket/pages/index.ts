export { askSignOutPage, errorPage, notSignedInPage, withoutCookiesPage } from "./error.ts";
export type { ErrorInput, NotSignedInInput } from "./error.ts";
export { mijnToepassingen } from "./mijn-toepassingen.ts";
export type { MijnToepassingenInput, Tile } from "./mijn-toepassingen.ts";
export { wieKreegMijnGegevens } from "./vrijgaven.ts";
export type { Vrijgave, WieKreegMijnGegevensInput } from "./vrijgaven.ts";
export { explanationPage, uitlegPaginas, footerOf } from "./explanation.ts";
