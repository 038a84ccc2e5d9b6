import { appIcon, hiddenFields, html, icon, logo } from "#platform/html";
import type { AppMark, Html, PostTarget } from "#platform/html";

/** The application that asks, as a pupil sees it. */
export type Toepassing = AppMark & { readonly naam: string };

/**
 * A page before sign-in: the two leaves, the mark and one card with one question. No navigation around it. `address`: where this page is
 * asked for by GET, when it may be the answer to a form, so that Back and reload never send that form again.
 */
export function doorLink(card: Html, address?: string): Html {
  return html`<main class="door" id="inhoud" ${at(address)}>
    ${logo()}
    <div class="door-card">${card}</div>
  </main>`;
}

/** The attribute with which a page says at which address it is asked for by GET. */
export const at = (address: string | undefined): Html | undefined =>
  address === undefined ? undefined : html`data-address="${address}"`;

/** Heading of the card: the icon of the application, a line above and its name. */
export function asking(toepassing: Toepassing, line: string): Html {
  return html`<div class="asking">
    ${appIcon(toepassing)}
    <h1><small>${line}</small> ${toepassing.naam}</h1>
  </div>`;
}

/** What went wrong, above the form. Read out at once by a screen reader. */
export function errorNotice(title: string, text: Html | string): Html {
  return html`<div class="notice error" role="alert">
    ${icon("circle-alert")}
    <div>
      <h2>${title}</h2>
      <p>${text}</p>
    </div>
  </div>`;
}

export type Field = {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  /** What to do about this field, in a few words; marks it as wrong. */
  readonly problem?: string | undefined;
  readonly type?: "text" | "password";
  readonly autocomplete: "username" | "current-password" | "new-password" | "off";
  readonly value?: string | undefined;
  readonly autofocus?: boolean;
  /** Ids of elements elsewhere on the page that explain this field. */
  readonly describedBy?: string;
};

/** Label, hint, problem, box: in this order, so that all is read before typing. A password gets "Toon" with script. */
export function field(f: Field): Html {
  const hintId = `hint-${f.name}`;
  const problemId = `fout-${f.name}`;
  const described = [f.hint !== undefined && hintId, f.problem !== undefined && problemId, f.describedBy]
    .filter(Boolean)
    .join(" ");
  const box = html`<input
    class="input key"
    id="${f.name}"
    name="${f.name}"
    type="${f.type ?? "text"}"
    autocomplete="${f.autocomplete}"
    autocapitalize="none"
    autocorrect="off"
    spellcheck="false"
    required${f.autofocus === true && html` autofocus`}${described !== "" && html` aria-describedby="${described}"`}${f.problem !== undefined && html` aria-invalid="true"`}${f.value !== undefined && html` value="${f.value}"`}
  />`;
  return html`<div class="field" ${f.problem !== undefined && html` data-invalid`}>
    <label for="${f.name}">${f.label}</label>
    ${f.hint !== undefined && html`<span class="hint" id="${hintId}">${f.hint}</span>`}
    ${f.problem !== undefined && html`<span class="problem" id="${problemId}">${icon("circle-alert")}${f.problem}</span>`}
    ${
      f.type === "password"
        ? html`<div class="with-control">
            ${box}
            <button class="button quiet" type="button" data-show="${f.name}" aria-controls="${f.name}" hidden>
              ${icon("eye")}<span>Toon</span>
            </button>
          </div>`
        : box
    }
  </div>`;
}

/** A form that posts to this target. */
export function postForm(target: PostTarget, content: Html): Html {
  const { url, velden } = typeof target === "string" ? { url: target, velden: {} } : target;
  return html`<form class="stack" action="${url}" method="post">${hiddenFields(velden)}${content}</form>`;
}
