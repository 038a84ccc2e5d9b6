import { isStraks } from "#platform/clock";
import { hiddenFields, html, icon, type Html } from "#platform/html";
import { text } from "#platform/route";
import type { Gebruik, Pakket } from "#modules/schoolsoftware";
import { periodOn, type FieldErrors, type FieldName } from "./rules.ts";
import type { SchoolOfBeheer, Wijziging } from "./store.ts";

/** What was just done, shown once above the page. */
export const gedaan = {
  pakket: "Het pakket is bewaard. Vanaf de eerste dag mag alleen dit pakket nog leveren voor de school.",
  einde: "De laatste dag is bewaard. Daarna mag dit pakket niet meer leveren voor de school.",
} as const;
export type Done = keyof typeof gedaan;

/** The fields of the two forms of a school; what they must hold is said beside the field (`rules.ts`). */
export const pakketVelden = { pakket: text(100), van: text(100), tot: text(100) };
export const eindeVelden = { periode: text(100), nummer: text(100), tot: text(100) };

/** A form that was posted with something wrong in it: it is shown again as it was filled in. */
export type Forms = {
  readonly welk?: "pakket" | "einde";
  readonly velden?: Readonly<Partial<Record<FieldName, string>>>;
  readonly fouten?: FieldErrors;
  readonly gedaan?: Done | undefined;
};

export type SchoolInput = Forms & {
  readonly school: SchoolOfBeheer;
  readonly pakketten: readonly Pakket[];
  readonly gebruik: readonly Gebruik[];
  readonly wijzigingen: readonly Wijziging[];
  /** Whether who looks may change something. */
  readonly mag: boolean;
  readonly vandaag: Gebruik["van"];
  readonly nu: number;
};

export const nameOf = (pakketten: readonly Pakket[], pakket: string): string =>
  pakketten.find((one) => one.pakket === pakket)?.naam ?? pakket;

/** A field with its label, what is wrong with it, and what to know beside it. */
function field(
  p: {
    readonly id: string;
    readonly label: string;
    readonly fout: string | undefined;
    readonly hint?: string;
  },
  input: (aria: Html) => Html,
): Html {
  const naast = [p.fout && `${p.id}-fout`, p.hint && `${p.id}-hint`].filter(Boolean).join(" ");
  return html`<div class="field" ${p.fout ? html`data-invalid` : ""}>
    <label for="${p.id}">${p.label}</label>
    ${p.hint && html`<span class="hint" id="${p.id}-hint">${p.hint}</span>`}
    ${
      p.fout &&
      html`<span class="problem" id="${p.id}-fout">${icon("circle-alert")}<span>${p.fout}</span></span>`
    }
    ${input(html`${p.fout && html`aria-invalid="true"`} ${naast !== "" && html`aria-describedby="${naast}"`}`)}
  </div>`;
}

const datumField = (p: Parameters<typeof field>[0], naam: FieldName, value: string, nodig: boolean): Html =>
  field(
    p,
    (aria) =>
      html`<input
        class="input"
        id="${p.id}"
        name="${naam}"
        type="date"
        value="${value}"
        ${nodig && html`required`}
        ${aria}
      />`,
  );

const errorOnTop = (p: SchoolInput, welk: Forms["welk"]): Html | undefined =>
  p.welk === welk && p.fouten !== undefined
    ? html`<div class="notice error" role="alert">
        ${icon("circle-alert")}
        <div><p>Er is nog niets bewaard. Verbeter eerst wat hieronder staat.</p></div>
      </div>`
    : undefined;

/** From a day on another package. */
export function otherPakket(p: SchoolInput): Html {
  const deze = p.welk === "pakket";
  const valueOf = (naam: FieldName, anders = "") => (deze ? (p.velden?.[naam] ?? "") : anders);
  const errorOf = (naam: FieldName) => (deze ? p.fouten?.[naam] : undefined);
  const huidig = periodOn(p.gebruik, p.vandaag);
  return html`<section class="card" aria-labelledby="ander">
    <form class="stack" action="/schoolsoftware/${p.school.hoofd}/pakket" method="post" novalidate>
      <h2 id="ander">${p.gebruik.length === 0 ? "Pakket opgeven" : "Ander pakket"}</h2>
      ${errorOnTop(p, "pakket")}
      ${field(
        { id: "pakket", label: "Pakket", fout: errorOf("pakket") },
        (aria) =>
          html`<select class="select" id="pakket" name="pakket" required ${aria}>
            <option value="">Kies een pakket</option>
            ${p.pakketten.map(
              ({ pakket, naam, levertKlasinformatie }) =>
                html`<option value="${pakket}" ${pakket === valueOf("pakket") ? html`selected` : ""}>
                  ${naam}${!levertKlasinformatie && " (levert geen klasinformatie)"}
                </option>`,
            )}
          </select>`,
      )}
      ${datumField({ id: "van", label: "Eerste dag", fout: errorOf("van") }, "van", valueOf("van", p.vandaag), true)}
      ${datumField(
        {
          id: "tot",
          label: "Laatste dag (mag leeg)",
          fout: errorOf("tot"),
          hint: "Leeg: tot er iets anders in de lijst komt.",
        },
        "tot",
        valueOf("tot"),
        false,
      )}
      ${
        huidig &&
        html`<p class="why">
          ${icon("info")}<span
            >Vanaf de eerste dag mag ${nameOf(p.pakketten, huidig.pakket)} niet meer leveren voor deze
            school${p.school.deelt_sinds && ". De school deelt klasinformatie: spreek de dag met haar af"}.</span
          >
        </p>`
      }
      <div class="row"><button class="button">Bewaar het pakket</button></div>
    </form>
  </section>`;
}

/** The last day of the package of today, else of the next one. */
export function lastDay(p: SchoolInput): Html | undefined {
  const deze = p.welk === "einde";
  // What runs now, else what comes next: of what is over nothing ends any more.
  const periode = periodOn(p.gebruik, p.vandaag) ?? p.gebruik.findLast(({ van }) => isStraks(p.vandaag, van));
  if (!periode) return undefined;
  const naam = nameOf(p.pakketten, periode.pakket);
  return html`<section class="card" aria-labelledby="einde">
    <form class="stack" action="/schoolsoftware/${p.school.hoofd}/einde" method="post" novalidate>
      <h2 id="einde">Laatste dag van ${naam}</h2>
      ${errorOnTop(p, "einde")} ${hiddenFields({ periode: periode.van, nummer: periode.instellingsnummer })}
      ${datumField(
        {
          id: "einde-tot",
          label: "Laatste dag",
          fout: deze ? p.fouten?.tot : undefined,
          hint: "Op die dag mag het pakket nog leveren, de dag daarna niet meer.",
        },
        "tot",
        deze ? (p.velden?.tot ?? "") : (periode.tot ?? ""),
        true,
      )}
      <div class="row"><button class="button secondary">Bewaar de laatste dag</button></div>
    </form>
  </section>`;
}
