import { Hono, type Context } from "hono";
import { formatDateTime } from "#platform/html";
import type { FieldErrors } from "#demo/discimus/actions";
import { readPlanning, readTaak, planningValues, valuesOf } from "./form.ts";
import { isNotSet } from "./planning.ts";
import { nextTurnOf } from "./scheduler.ts";
import { verseTaak, type Keeper, type DemoState, type Taakvelden } from "./state.ts";
import { extraSheet, cardSheet, settingsSheet, schedulingSheet, momentSheet } from "./pages/wisa.ts";

const school = "999001";

/** The screens that only Wisa has: the tick on the fiche (R69) and Beheer scheduling (R71-R73). */
export function wisaScreens(options: {
  readonly bewaarder: Keeper;
  readonly now: () => number;
  /** Looks again at what is due, after a change. */
  readonly tick: () => Promise<void>;
}): Hono {
  const { bewaarder, now } = options;
  const { stand, change } = bewaarder;
  const app = new Hono();

  app.get("/instellingen", (http) => http.html(settingsSheet()));
  app.get(`/instellingen/${school}`, (http) => http.html(cardSheet("algemeen", false, false)));
  app.get(`/instellingen/${school}/extra`, (http) =>
    http.html(cardSheet("extra", stand().synchroniseren.includes(school), http.req.query("bewaard") === "1")),
  );
  app.post(`/instellingen/${school}/extra`, async (http) => {
    const aan = valuesOf(await http.req.parseBody())["synchroniseren"] === "ja";
    await change((oud) => ({
      ...oud,
      synchroniseren: [...oud.synchroniseren.filter((one) => one !== school), ...(aan ? [school] : [])],
    }));
    return http.redirect(`/wisa/instellingen/${school}/extra?bewaard=1`, 303);
  });

  app.get("/extra", (http) => http.html(extraSheet()));

  const ownTaken = (waar: DemoState) => waar.taken.filter((taak) => taak.pakket === "wisa");
  /** A job as somebody is filling it in, else as it was saved. */
  const fieldsOf = (id: number): Taakvelden | undefined =>
    stand().concepten[id] ?? ownTaken(stand()).find((taak) => taak.id === id);
  const setConcept = (id: number, velden: Taakvelden) =>
    change((oud) => ({ ...oud, concepten: { ...oud.concepten, [id]: velden } }));
  const withoutConcept = ({ concepten, ...rest }: DemoState, id: number): DemoState => ({
    ...rest,
    concepten: Object.fromEntries(Object.entries(concepten).filter(([nr]) => nr !== String(id))),
  });
  const number = (http: Context) => Number(http.req.param("id"));

  function showForm(http: Context, id: number | undefined, fouten: FieldErrors = {}) {
    const bewaarde = new Map(ownTaken(stand()).map((taak) => [taak.id, taak]));
    const ids = [...new Set([...bewaarde.keys(), ...Object.keys(stand().concepten).map(Number)])];
    const velden = id === undefined ? undefined : fieldsOf(id);
    if (id !== undefined && velden === undefined) return http.notFound();
    return http.html(
      schedulingSheet({
        taken: ids.flatMap((nr) => {
          const van = bewaarde.get(nr) ?? fieldsOf(nr);
          return van === undefined ? [] : [{ ...van, id: nr, nieuw: !bewaarde.has(nr) }];
        }),
        ...(id === undefined || velden === undefined
          ? {}
          : { gekozen: { id, velden, gewijzigd: Object.hasOwn(stand().concepten, id) } }),
        nextName(nr) {
          const taak = bewaarde.get(nr);
          const op = taak && nextTurnOf(taak, now());
          return op === undefined ? "geen" : formatDateTime(op);
        },
        fouten,
        bewaard: http.req.query("bewaard") === "1",
      }),
      Object.keys(fouten).length > 0 ? 422 : 200,
    );
  }
  app.get("/scheduling", (http) => showForm(http, undefined));
  app.post("/scheduling/invoegen", async (http) => {
    const id =
      Math.max(10, ...stand().taken.map((taak) => taak.id), ...Object.keys(stand().concepten).map(Number)) +
      1;
    await setConcept(id, verseTaak);
    return http.redirect(`/wisa/scheduling/${id}`, 303);
  });
  app.get("/scheduling/:id{\\d+}", (http) => showForm(http, number(http)));
  app.post("/scheduling/:id{\\d+}", async (http) => {
    const id = number(http);
    const oud = fieldsOf(id);
    if (oud === undefined) return http.notFound();
    const values = valuesOf(await http.req.parseBody());
    if (values["knop"] === "verwijderen") {
      await change((waar) => ({
        ...withoutConcept(waar, id),
        taken: waar.taken.filter((taak) => taak.id !== id),
      }));
      return http.redirect("/wisa/scheduling", 303);
    }
    const velden = readTaak(values, oud.planning);
    if (values["knop"] === "tijdstip") {
      await setConcept(id, velden);
      return http.redirect(`/wisa/scheduling/${id}/tijdstip`, 303);
    }
    if (velden.type === "") {
      await setConcept(id, velden);
      return showForm(http, id, { type: "Kies het type job." });
    }
    await change((waar) => ({
      ...withoutConcept(waar, id),
      taken: [
        ...waar.taken.filter((taak) => taak.id !== id),
        {
          ...velden,
          id,
          pakket: "wisa" as const,
          sinds: now(),
          bezig: null,
          laatste: waar.taken.find((taak) => taak.id === id)?.laatste ?? null,
        },
      ].toSorted((one, two) => one.id - two.id),
    }));
    void options.tick();
    return http.redirect("/wisa/scheduling?bewaard=1", 303);
  });

  app.get("/scheduling/:id{\\d+}/tijdstip", (http) => {
    const velden = fieldsOf(number(http));
    if (velden === undefined) return http.notFound();
    const { planning } = velden;
    // Who sets it for the first time most likely wants what the manual advises.
    const values = {
      ...planningValues(planning),
      ...(isNotSet(planning) ? { soort: "dagelijks" } : {}),
    };
    return http.html(momentSheet(number(http), values, {}));
  });
  app.post("/scheduling/:id{\\d+}/tijdstip", async (http) => {
    const id = number(http);
    const velden = fieldsOf(id);
    if (velden === undefined) return http.notFound();
    const values = valuesOf(await http.req.parseBody());
    const gelezen = readPlanning(values);
    if ("fouten" in gelezen) return http.html(momentSheet(id, values, gelezen.fouten), 422);
    await setConcept(id, { ...velden, planning: gelezen.planning });
    return http.redirect(`/wisa/scheduling/${id}`, 303);
  });
  return app;
}
