import { formatList, type FooterLink } from "#platform/html";
import { frame } from "#platform/staff-site";
import { tabs, type PageContent, type PageRequest } from "./contract.ts";
import { may } from "./functies.ts";

const voet: readonly FooterLink[] = [
  { tekst: "Hulp", url: "/hulp" },
  { tekst: "Toegankelijkheid", url: "/toegankelijkheid" },
];

/** A whole page of beheer: header with person and function, the tabs that belong to it, content. */
export function beheerPage(ik: PageRequest["ik"] | undefined, pagina: PageContent): string {
  const mijnTabs = Object.entries(tabs).filter(([, { taak }]) => may(ik?.functies ?? [], taak));
  return frame({
    site: "beheer",
    naam: "Beheer",
    titel: pagina.titel,
    fout: pagina.fout,
    adres: pagina.adres,
    inhoud: pagina.inhoud,
    wie: ik && {
      voornaam: ik.voornaam,
      naam: ik.naam,
      functie: formatList(ik.functies.map(({ naam }) => naam)),
    },
    tabs:
      mijnTabs.length > 0
        ? mijnTabs.map(([tab, { tekst, url }]) => ({ tekst, url, hier: tab === pagina.tab }))
        : undefined,
    kruimels: pagina.kruimels &&
      pagina.tab && [tabs[pagina.tab], ...pagina.kruimels, { tekst: pagina.titel }],
    voet,
  });
}
