import { html, type raw } from "hono/html";
import { bewaarjaren, claimUitleg, formatKlas, type Account } from "./rules.ts";

/** How the publisher presents itself. */
export type HouseStyle = {
  readonly naam: string;
  readonly uitgever: string;
  readonly slogan: string;
  /** Which colours of the stylesheet. */
  readonly kleur: "zon" | "bos";
};

type TextOptions = ReturnType<typeof raw>;
/** Views are given ready data, so the tag of Hono never answers with a promise here. */
const sheet = (
  strings: TemplateStringsArray,
  ...values: readonly (TextOptions | string | number | false | undefined | readonly TextOptions[])[]
): TextOptions => html(strings, ...values) as TextOptions;

const datum = new Intl.DateTimeFormat("nl-BE", {
  dateStyle: "long",
  timeStyle: "short",
  timeZone: "Europe/Brussels",
});

function page(stijl: HouseStyle, titel: string, inhoud: TextOptions, aangemeld = false): string {
  return sheet`<!doctype html>
    <html lang="nl-BE" data-kleur="${stijl.kleur}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${titel} · ${stijl.naam}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/stijl.css" />
      </head>
      <body>
        <aside class="demo" aria-label="Demonstratie">
          Demonstratie: dit is niet de echte toepassing van de uitgever. Alle leerlingen zijn verzonnen.
        </aside>
        <header>
          <a class="merk" href="/">${stijl.naam}</a>
          ${aangemeld && sheet`<form action="/afmelden" method="post"><button class="licht">Afmelden</button></form>`}
        </header>
        <main>${inhoud}</main>
        <footer>
          <span>${stijl.uitgever}</span>
          <a href="/achter-de-schermen">Achter de schermen</a>
        </footer>
      </body>
    </html>`.toString();
}

/** A drawing of our own: building blocks for one, trees for the other. Decoration only. */
function drawing({ kleur }: HouseStyle): TextOptions {
  if (kleur === "zon")
    return sheet`<svg class="tekening" viewBox="0 0 240 160" aria-hidden="true">
      <circle cx="196" cy="40" r="26" class="v1" />
      <rect x="20" y="92" width="60" height="60" rx="10" class="v2" />
      <rect x="88" y="92" width="60" height="60" rx="10" class="v3" />
      <rect x="54" y="24" width="60" height="60" rx="10" class="v1" />
      <path d="M156 152 186 92l30 60Z" class="v2" />
      <path d="M74 64V44l-8 5M38 112h24l-14 14c16-2 16 22 0 20-5 0-9-2-11-6M110 110v20h20m-6-20v36" class="lijn" />
    </svg>`;
  return sheet`<svg class="tekening" viewBox="0 0 240 160" aria-hidden="true">
      <path d="M0 152h240" class="lijn" />
      <path d="M56 20 96 92H76l32 52H4l32-52H16Z" class="v1" />
      <path d="M156 44l34 58h-16l28 42h-92l28-42h-16Z" class="v2" />
      <circle cx="212" cy="36" r="18" class="v3" />
      <path d="M44 116h24m-12-12v24M148 112l16 16m0-16-16 16" class="lijn licht" />
    </svg>`;
}

/** The start page for whoever is not signed in. */
export const start = (stijl: HouseStyle): string =>
  page(
    stijl,
    "Welkom",
    sheet`<section class="held">
      ${drawing(stijl)}
      <h1>${stijl.slogan}</h1>
      <p>Meld je aan met je account van LeerID. Een apart wachtwoord voor ${stijl.naam} heb je niet nodig.</p>
      <a class="knop" href="/aanmelden">Aanmelden met LeerID</a>
    </section>`,
  );

/** The exercise, and below it what was received and kept. */
export function practise(
  stijl: HouseStyle,
  met: {
    readonly account: Account;
    readonly vraag: string;
    readonly meegekomen: number;
    readonly uitslag: string | undefined;
  },
): string {
  const { account, vraag } = met;
  const naam = [account.laatst["given_name"], account.laatst["family_name"]]
    .filter((part) => typeof part === "string")
    .join(" ");
  return page(
    stijl,
    "Oefenen",
    sheet`<h1>Dag ${naam}</h1>
      ${met.meegekomen > 0 && sheet`<p class="bericht" role="status">Je eerdere oefeningen zijn meegekomen.</p>`}
      <section class="kaart oefening" aria-labelledby="oefening">
        <h2 id="oefening">Oefening</h2>
        ${met.uitslag === "juist" && sheet`<p class="bericht" role="status">Juist. Je kreeg een punt.</p>`}
        ${met.uitslag === "fout" && sheet`<p class="bericht fout" role="status">Nog niet juist. Probeer het opnieuw.</p>`}
        <form action="/oefening" method="post">
          <input type="hidden" name="nummer" value="${account.punten}" />
          <label for="antwoord">Hoeveel is ${vraag}?</label>
          <div class="rij">
            <input id="antwoord" name="antwoord" inputmode="numeric" autocomplete="off" required />
            <button>Kijk na</button>
          </div>
        </form>
        <p>Je hebt <strong data-punten="${account.punten}">${account.punten} ${account.punten === 1 ? "punt" : "punten"}</strong>.</p>
      </section>
      <section class="kaart" aria-labelledby="gegevens">
        <h2 id="gegevens">Dit kreeg ${stijl.naam} van LeerID</h2>
        ${claimTable(account)}
        <p>
          ${stijl.naam} bewaart alleen wat bij je laatste aanmelding hoorde, tot ${bewaarjaren} jaar daarna. Laatste aanmelding:
          ${datum.format(account.aangemeld_op)}.
        </p>
      </section>`,
    true,
  );
}

// The roles keep it a table for a screen reader when a narrow screen puts the cells below each other.
function claimTable(account: Account): TextOptions {
  const rows = Object.entries(claimUitleg).flatMap(([claim, woord]) => {
    if (!(claim in account.laatst)) return [];
    const value = account.laatst[claim];
    return sheet`<tr role="row" data-claim="${claim}">
      <th role="rowheader" scope="row">${woord}<small>${claim}</small></th>
      <td role="cell">${show(value)}</td>
    </tr>`;
  });
  return sheet`<table class="claims" role="table">
    <caption class="verborgen">Gegevens van LeerID</caption>
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col">Gegeven</th>
        <th role="columnheader" scope="col">Waarde</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows}
    </tbody>
  </table>`;
}

function show(value: unknown): TextOptions {
  if (Array.isArray(value)) {
    if (value.length === 0) return sheet`<span class="zacht">geen</span>`;
    return sheet`<ul>${value.map((part) => sheet`<li>${typeof part === "string" ? part : formatKlas(part)}</li>`)}</ul>`;
  }
  return sheet`${typeof value === "string" ? value : JSON.stringify(value)}`;
}

/** The pupil is one, but of a school that has no contract with the publisher (R30). */
export const noKlant = (stijl: HouseStyle): string =>
  page(
    stijl,
    "Je school werkt nog niet met ons",
    sheet`<h1>Je school werkt nog niet met ${stijl.naam}</h1>
      <p>Aanmelden met LeerID is gelukt. Alleen heeft je school nog geen afspraak met ${stijl.uitgever}. Jij hebt niets fout gedaan.</p>
      <p><strong>Wie kan helpen?</strong> Vraag aan je leerkracht of de school ${stijl.naam} wil gebruiken. ${stijl.naam} heeft niets over jou bewaard.</p>
      <a class="knop" href="/">Naar het begin</a>`,
  );

/** A page with one thing to say and one way on. */
export const notice = (stijl: HouseStyle, kop: string, text: string, verder: string, adres = "/"): string =>
  page(stijl, kop, sheet`<h1>${kop}</h1><p>${text}</p><a class="knop" href="${adres}">${verder}</a>`);

/** What the publisher keeps, and the wiping after three years with a clock that is put forward (R75). */
export function behindTheScenes(
  stijl: HouseStyle,
  met: {
    readonly accounts: readonly Account[];
    readonly klanten: readonly string[];
    readonly gewist: number | undefined;
  },
): string {
  const rows = met.accounts.map(
    (account) => sheet`<tr data-account="${account.account_uuid}">
      <th scope="row">${typeof account.laatst["given_name"] === "string" ? account.laatst["given_name"] : "geen voornaam"}</th>
      <td>${account.account_uuid}</td>
      <td>${account.punten}</td>
      <td>${datum.format(account.aangemeld_op)}</td>
    </tr>`,
  );
  return page(
    stijl,
    "Achter de schermen",
    sheet`<h1>Achter de schermen</h1>
      <p>Deze bladzijde bestaat alleen in de demonstratie. Ze toont wat ${stijl.naam} bewaart. Klant zijn de scholen ${met.klanten.join(", ")}.</p>
      ${met.gewist !== undefined && sheet`<p class="bericht" role="status">${met.gewist} ${met.gewist === 1 ? "account is" : "accounts zijn"} gewist.</p>`}
      <section class="kaart" aria-labelledby="bewaard">
        <h2 id="bewaard">Bewaarde accounts: ${met.accounts.length}</h2>
        ${
          rows.length === 0
            ? sheet`<p>Hier komt een account bij zodra een leerling zich aanmeldt.</p>`
            : sheet`<div class="breed" role="region" aria-label="Tabel met accounts" tabindex="0"><table>
              <thead><tr><th scope="col">Voornaam</th><th scope="col">Accountnummer</th><th scope="col">Punten</th><th scope="col">Laatste aanmelding</th></tr></thead>
              <tbody>${rows}</tbody>
            </table></div>`
        }
      </section>
      <section class="kaart" aria-labelledby="wissen">
        <h2 id="wissen">Wissen na ${bewaarjaren} jaar</h2>
        <p>Een account zonder aanmelding verdwijnt na ${bewaarjaren} jaar. Hier kun je de klok vooruit zetten en dat nu zien.</p>
        <form action="/achter-de-schermen/wis" method="post" class="rij">
          <label for="vooruit">Doe alsof het</label>
          <select id="vooruit" name="vooruit">
            <option value="1097">3 jaar en een dag later is</option>
            <option value="365">1 jaar later is</option>
            <option value="0">vandaag is</option>
          </select>
          <button>Wis na ${bewaarjaren} jaar</button>
        </form>
      </section>`,
  );
}
