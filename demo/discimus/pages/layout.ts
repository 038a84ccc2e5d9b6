import { document, html, icon, logo, type Html } from "#platform/html";
import type { FieldErrors } from "#demo/discimus/actions";
import { demoScholen } from "#demo/schools";

/** The page around everything here: the header of a school site, and on every page that this is a demonstration. */
export function sheet(met: {
  readonly titel: string;
  readonly inhoud: Html;
  readonly school?: string;
  readonly actief?: "leerlingen" | "berichten";
  readonly fout?: boolean;
  readonly onverzonden?: number;
}): string {
  const school = demoScholen.find((one) => one.instellingsnummer === met.school);
  const tab = (naam: "leerlingen" | "berichten", url: string, text: string) =>
    html`<a href="${url}" ${naam === met.actief && html`aria-current="page"`}>${text}</a>`;
  return document({
    site: "school",
    title: `${met.titel} · Discimus-simulator`,
    error: met.fout ?? false,
    body: html`<header class="site-header">
        <div class="wrap bar">
          ${logo("/")}<span class="site-name">Discimus-simulator</span>
          <details class="switcher">
            <summary>
              <span
                >${school === undefined ? "Kies een school" : html`${school.naam} <span class="number">${school.instellingsnummer}</span>`}</span
              >${icon("chevron-down")}
            </summary>
            <ul>
              ${demoScholen.map(
                (one) =>
                  html`<li>
                    <a href="/school/${one.instellingsnummer}" ${one === school && html`aria-current="true"`}
                      >${one.naam}, ${one.instellingsnummer}</a
                    >
                  </li>`,
              )}
            </ul>
          </details>
          <div class="account">
            <span class="who">Demonstratie<small>schoolsecretariaat</small></span>
          </div>
        </div>
        <nav class="wrap tabs" aria-label="Onderdelen">
          ${tab("leerlingen", school === undefined ? "/" : `/school/${school.instellingsnummer}`, "Leerlingen")}
          ${tab("berichten", "/berichten", "Verzonden berichten")}
        </nav>
      </header>
      <main class="wrap page" id="inhoud">
        <p class="notice">
          ${icon("info")}<span
            >Dit is een simulator, geen deel van LeerID. Hij stuurt echte berichten zoals Discimus. Alle
            scholen en leerlingen zijn verzonnen.</span
          >
        </p>
        ${
          (met.onverzonden ?? 0) > 0 &&
          html`<section class="notice attention with-actions" aria-labelledby="onverzonden">
            ${icon("triangle-alert")}
            <div>
              <h2 id="onverzonden">Nog niet verzonden: ${met.onverzonden}</h2>
              <p>LeerID antwoordde niet. De berichten wachten hier en gaan niet verloren.</p>
            </div>
            <form action="/berichten/opnieuw" method="post">
              <button class="button secondary">Opnieuw verzenden</button>
            </form>
          </section>`
        }
        ${met.inhoud}
      </main>`,
  });
}

export const crumbs = (...stappen: readonly (readonly [tekst: string, url?: string])[]): Html =>
  html`<nav class="crumbs" aria-label="Kruimelpad">
    <ol>
      ${stappen.map(([text, url]) => (url === undefined ? html`<li aria-current="page">${text}</li>` : html`<li><a href="${url}">${text}</a></li>`))}
    </ol>
  </nav>`;

type FieldName = {
  readonly naam: string;
  readonly label: string;
  readonly hint?: string;
  readonly fouten: FieldErrors;
  readonly control: (beschreven: Html) => Html;
};

function field({ naam, label, hint, fouten, control }: FieldName): Html {
  const fout = fouten[naam];
  const ids = [
    ...(hint === undefined ? [] : [`hint-${naam}`]),
    ...(fout === undefined ? [] : [`fout-${naam}`]),
  ].join(" ");
  const beschreven = html`${ids !== "" && html`aria-describedby="${ids}"`}
  ${fout !== undefined && html`aria-invalid="true"`}`;
  return html`<div class="field" ${fout !== undefined && html`data-invalid`}>
    <label for="${naam}">${label}</label>
    ${hint !== undefined && html`<span class="hint" id="hint-${naam}">${hint}</span>`}
    ${fout !== undefined && html`<span class="problem" id="fout-${naam}">${icon("circle-alert")}${fout}</span>`}
    ${control(beschreven)}
  </div>`;
}

/** A text field with its label, hint and problem. */
export function tekstveld(met: {
  readonly naam: string;
  readonly label: string;
  readonly waarde: string;
  readonly fouten: FieldErrors;
  readonly hint?: string;
  readonly soort?: "text" | "date";
  readonly key?: boolean;
}): Html {
  return field({
    ...met,
    control: (beschreven) =>
      html`<input
        class="input ${met.key === true && "key"}"
        id="${met.naam}"
        name="${met.naam}"
        type="${met.soort ?? "text"}"
        value="${met.waarde}"
        autocomplete="off"
        ${beschreven}
      />`,
  });
}

export function keuzeveld(met: {
  readonly naam: string;
  readonly label: string;
  readonly waarde: string;
  readonly fouten: FieldErrors;
  readonly keuzes: readonly (readonly [waarde: string, tekst: string])[];
  readonly hint?: string;
}): Html {
  return field({
    ...met,
    control: (beschreven) =>
      html`<select class="select" id="${met.naam}" name="${met.naam}" ${beschreven}>
        ${met.keuzes.map(([value, text]) => html`<option value="${value}" ${value === met.waarde && html`selected`}>${text}</option>`)}
      </select>`,
  });
}

/** All problems of a form, on top of it. */
export function errorList(fouten: FieldErrors): Html | undefined {
  const regels = Object.entries(fouten);
  if (regels.length === 0) return undefined;
  return html`<div class="notice error" role="alert">
    ${icon("circle-alert")}
    <div>
      <p class="title">Er is nog iets niet in orde</p>
      <ul>
        ${regels.map(([naam, fout]) => html`<li><a href="#${naam}">${fout}</a></li>`)}
      </ul>
    </div>
  </div>`;
}
