import { html, icon, postButton } from "#platform/html";
import type { FooterLink, Html } from "#platform/html";
import { frame } from "#platform/staff-site";
import type { Recht } from "#modules/rechten";
import { tabs, type PageContent, type Tab } from "./contract.ts";

export const voet: readonly FooterLink[] = [
  { tekst: "Hulp", url: "/hulp" },
  { tekst: "Toegankelijkheid", url: "/toegankelijkheid" },
];

/** Who is signed in, as the header shows it. */
export type Wie = {
  readonly voornaam: string;
  readonly naam: string;
  readonly rechten: readonly Recht[];
  /** Number of the school he works for now. */
  readonly instellingsnummer: string | null;
};

const plaatsen: Readonly<Record<Tab, string>> = {
  "leerid-beheer": "/leerid-beheer",
  applicatiebeheer: "/applicatiebeheer",
  schoolinstellingen: "/schoolinstellingen",
};

/** What someone is in a school, in words. */
export function functieOf(recht: Recht): string {
  if (recht.beheerder && recht.databeheerder) return "LeerID-beheerder en databeheerder";
  return recht.beheerder ? "LeerID-beheerder" : "LeerID-databeheerder";
}

/** A whole page of the Schoolloket: header with school and person, the three tabs of R46, content. */
export function schoolPage(wie: Wie | undefined, pagina: PageContent): string {
  const recht = wie?.rechten.find(({ school }) => school.instellingsnummer === wie.instellingsnummer);
  const naam = recht ? `${pagina.titel} · ${recht.school.naam}` : pagina.titel;
  return frame({
    site: "school",
    naam: "Schoolloket",
    titel: naam,
    fout: pagina.fout,
    adres: pagina.adres,
    inhoud: pagina.inhoud,
    dialoog: pagina.dialoog,
    wie: wie && { voornaam: wie.voornaam, naam: wie.naam, functie: recht && functieOf(recht) },
    midden: recht && schoolKeuze(recht, wie?.rechten ?? []),
    tabs:
      recht &&
      Object.entries(tabs).map(([tab, tekst]) => ({
        tekst,
        url: plaatsen[tab as Tab],
        hier: tab === pagina.tab,
      })),
    kruimels: pagina.kruimels &&
      pagina.tab && [
        { tekst: tabs[pagina.tab], url: plaatsen[pagina.tab] },
        ...pagina.kruimels,
        { tekst: pagina.titel },
      ],
    voet,
  });
}

function schoolKeuze(recht: Recht, rechten: readonly Recht[]): Html {
  const naam = html`<span
    >${recht.school.naam} <span class="number">${recht.school.instellingsnummer}</span></span
  >`;
  if (rechten.length < 2) return html`<p class="school">${naam}</p>`;
  return html`<details class="switcher">
    <summary>${naam}${icon("chevron-down")}</summary>
    <ul>
      ${rechten.map(
        ({ school }) =>
          html`<li>
            ${postButton(
              { url: "/school", velden: { instellingsnummer: school.instellingsnummer } },
              html`<button
                ${school.instellingsnummer === recht.school.instellingsnummer ? html`aria-current="true"` : ""}
              >
                ${school.naam}, ${school.instellingsnummer}
              </button>`,
            )}
          </li>`,
      )}
    </ul>
  </details>`;
}
