import type { Context as HonoContext } from "hono";
import type { Context } from "#platform/context";
import { Problem } from "#platform/problem";
import { clientSecretOf, openDoor, type Door as OuterDoor, type Sessies } from "#platform/relying-party";
import { formOf, mount, type AnyRoute } from "#platform/route";
import {
  askSignOut,
  notNow,
  notOurs,
  notSignedIn,
  refused,
  sessionEnded,
  signedInAgain,
  signedOut,
  withoutCookies,
} from "./door-pages.ts";
import type { Sheet } from "./page.ts";
import { medewerkerOf, type Medewerker } from "./staff.ts";

export type DoorOptions = {
  /** As ACM knows it, and the name of its cookie: `schoolloket`. */
  readonly clientId: string;
  /** As people know it: `het Schoolloket`. */
  readonly naam: string;
  /** Address of the site and of ACM, without a slash at the end. */
  readonly url: string;
  readonly acmUrl: string;
  /** Where this process finds ACM, when that is another address. */
  readonly acmBinnenUrl: string | undefined;
  readonly sessies: Sessies<Medewerker>;
  /** A page for whoever is not known (yet). */
  sheet(blad: Sheet): string;
  /** Who helps when a sign-in does not work. */
  readonly wieHelpt: string;
  readonly bestaatNiet: Sheet;
  /** The largest form in bytes, and what to do with less. */
  readonly formulier: { readonly grootst: number; readonly kleiner: string };
  /** After a sign-in, before the first page. */
  onSignedIn?(wie: Medewerker): Promise<void>;
};

const scope = "openid profile vo";
/** Where a sign-in ends that was made beside a form whose session had ended. */
const againPath = "/weer-aangemeld";

/** The site as an application with one client for staff: a file for `importToepassing`. */
export function staffClient(
  ctx: Context,
  site: {
    readonly clientId: string;
    readonly naam: string;
    readonly url: string;
    readonly omschrijving: string;
    readonly tint: number;
    readonly initialen: string;
  },
): string {
  return JSON.stringify({
    toepassing: site.clientId,
    naam: site.naam,
    omschrijving: site.omschrijving,
    aanbieder: "Departement Onderwijs en Vorming",
    soort: "loket",
    start_url: `${site.url}/`,
    tint: site.tint,
    initialen: site.initialen,
    clients: [
      {
        client_id: site.clientId,
        naam: site.naam,
        soort: "web",
        doelgroep: "medewerkers",
        client_secret: clientSecretOf(ctx, site.clientId),
        redirect_uris: [`${site.url}/terug`],
        post_logout_redirect_uris: [`${site.url}/afgemeld`],
        backchannel_logout_uri: `${site.url}/backchannel-logout`,
        scope,
        id_token_signed_response_alg: "ES256",
      },
    ],
  });
}

/** How a handler of a site for staff answers; what else it knows is of the site. */
export type Answers<P extends Sheet = Sheet> = {
  readonly http: HonoContext;
  page(pagina: P): Response;
  /** 404 in the same words for what does not exist and for what belongs to somebody else. */
  notFound(): Response;
  redirect(path: string): Response;
};

export type Door = Pick<OuterDoor, "app" | "isAcmFound"> & {
  /** The answers of a request, on pages in the frame of whoever asks. */
  answers<P extends Sheet>(http: HonoContext, frame: (pagina: P | Sheet) => string): Answers<P>;
  /**
   * Puts the routes of the site behind the door.
   * @param enter who has this session cookie and may he use a route with this access: what its handler knows, or the answer when not;
   * undefined when the session does not stand
   */
  mount<Calls extends Readonly<Record<keyof Calls, Answers>>>(
    routes: readonly AnyRoute<Calls>[],
    enter: (
      http: HonoContext,
      id: string,
      access: keyof Calls,
    ) => Promise<Calls[keyof Calls] | Response | undefined>,
  ): void;
};

/** A site for staff with its way in and out, and nothing behind it yet. */
export function openBy(ctx: Context, options: DoorOptions): Door {
  const { sessies, sheet, wieHelpt, formulier } = options;
  const { app, isAcmFound, idOf, signInAddress } = openDoor(ctx, {
    ...options,
    scope,
    readWie: ({ claims }) => medewerkerOf(claims),
    sessies: {
      ...sessies,
      async insert(wie, sessie) {
        await sessies.insert(wie, sessie);
        await options.onSignedIn?.(wie);
      },
    },
    pages: {
      signedOut: () => sheet(signedOut),
      signOut: () => sheet(askSignOut),
      notSignedIn: (opnieuw) => sheet(notSignedIn(opnieuw, wieHelpt)),
      withoutCookies: (opnieuw) => sheet(withoutCookies(opnieuw, wieHelpt)),
      notOurs: () => sheet(notOurs(options.naam)),
      notFound: () => sheet(options.bestaatNiet),
      notNow: (referentie) => sheet(notNow(referentie)),
    },
  });
  const outside = (http: HonoContext, blad: Sheet) => http.html(sheet(blad), blad.status ?? 200);
  app.get(againPath, async (http) => {
    const id = idOf(http);
    const stands = id !== undefined && (await sessies.stands(id));
    return stands ? outside(http, signedInAgain) : http.redirect(signInAddress(http), 303);
  });

  return {
    app,
    isAcmFound,
    answers: (http, frame) => {
      const page = (blad: Parameters<typeof frame>[0]) =>
        http.html(frame(answersForm(http, options.url, blad)), blad.status ?? 200);
      return {
        http,
        page,
        notFound: () => page(options.bestaatNiet),
        redirect: (path) => http.redirect(path, 303),
      };
    },
    mount: (routes, enter) =>
      mount(app, routes, {
        largest: formulier.grootst,
        enter: async (http, access) => {
          const id = idOf(http);
          const call = id === undefined ? undefined : await enter(http, id, access);
          if (call) return call;
          if (http.req.method !== "POST") return http.redirect(signInAddress(http), 303);
          const { pathname, search } = new URL(http.req.url);
          const fields = await sentFields(http, formulier.grootst);
          return outside(http, sessionEnded(`${pathname}${search}`, fields, againPath));
        },
        refuse: (_, problem, call) =>
          problem.kind.status === 404 ? call.notFound() : call.page(refused(problem, formulier.kleiner)),
      }),
  };
}

/** What a form holds that nobody may post now; undefined when it cannot be read. */
async function sentFields(
  http: HonoContext,
  largest: number,
): Promise<readonly (readonly [string, string])[] | undefined> {
  try {
    return [...new URLSearchParams(await formOf(http, largest))];
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** A page that answers a form names the one that the form stood on, so that Back and reload ask for that one and post nothing again. */
function answersForm<P extends Sheet>(http: HonoContext, url: string, blad: P): P {
  const from = http.req.header("referer");
  if (http.req.method !== "POST" || from === undefined || !URL.canParse(from)) return blad;
  const { origin, pathname, search } = new URL(from);
  return origin === new URL(url).origin ? { ...blad, adres: `${pathname}${search}` } : blad;
}
