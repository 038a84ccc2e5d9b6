import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { datumOn } from "#platform/clock";
import { schooljaarOf } from "#demo/world";
import { pageWithoutCookies, withoutBrowser } from "#testing/browser";
import { drawsOf, whole } from "#testing/runs";
import { openSetting, type Setting } from "./setting.ts";
import { visitorOf, type Kind, type Visitor } from "./visitor.ts";
import { keyOf, waysIn, waysOut, type Way } from "./ways.ts";

// At every step of every sign-in somebody clicks twice, goes back, reloads, waits, or comes again later. A right key always ends in
// the application, a wish to leave always ends signed out, and no page is a dead end. Every day by lot with or without JavaScript
// and one time between two clicks; the whole of it all of them.

/** What goes otherwise at a step, instead of one click on its button. */
type Otherwise = {
  readonly name: string;
  /** Without: at every step. */
  readonly at?: readonly Kind[];
  readonly do: (one: Try) => Promise<Kind>;
  /** Pages that may then come once more than usual. */
  readonly more?: readonly Kind[];
};
/** A visitor on a page of his way. */
type Try = { readonly v: Visitor; readonly way: Way; readonly kind: Kind };

const minute = 60_000;
const delays = [10, 50, 100, 200];

const buttonOf = async ({ v, way, kind }: Try) =>
  (await way.pages[kind]?.(v.page)) ?? assert.fail(`nothing to do on ${kind}`);
const pressOn = async (one: Try, apart?: number) => one.v.click(await buttonOf(one), apart);

const twice = (apart: number): Otherwise => ({
  name: `clicks twice, ${apart} ms apart`,
  // The second click may fall on a picture of the page that comes, and that is a wrong one.
  more: ["picture"],
  do: (one) => pressOn(one, apart),
});
/** What was typed before is gone: from the first page on. */
const anew: readonly Kind[] = ["blank", "start", "form", "badge", "picture", "own", "refused", "person"];
const reload: Otherwise = {
  name: "reloads",
  more: ["badge", "picture"],
  async do(one) {
    const kind = await one.v.reload();
    return kind === one.kind ? pressOn(one) : kind;
  },
};
const back: Otherwise = { name: "goes back", more: anew, do: ({ v }) => v.back() };
const forward: Otherwise = {
  name: "goes back and forward",
  more: anew,
  async do({ v }) {
    await v.back();
    return v.forward();
  },
};
const mistake: Otherwise = {
  name: "makes a mistake and goes back",
  at: ["form", "picture"],
  more: anew,
  async do({ v, way, kind }) {
    const wrong = (await way.mistakes?.[kind]?.(v.page)) ?? assert.fail(kind);
    assert.equal(await v.click(wrong), kind, "the same page, with what is wrong");
    return v.back();
  },
};
const waits = (ms: number, ...more: readonly Kind[]): Omit<Otherwise, "at"> => ({
  name: `waits ${ms / minute} minutes`,
  more,
  async do(one) {
    await one.v.wait(ms);
    return pressOn(one);
  },
});
/** The application has forgotten what it asked; and that an initial password was right, counts no longer. */
const lesson: readonly Otherwise[] = [
  { ...waits(11 * minute), at: ["form", "badge", "picture", "refused", "person"] },
  { ...waits(11 * minute, "form", "own"), at: ["own"] },
];
/** The browser has forgotten the form. */
const night: Otherwise = waits(13 * 60 * minute, ...anew, "begin-again");

describe("journeys of those who click twice and go back", { skip: withoutBrowser() }, () => {
  let setting: Setting;
  let visitors: readonly Visitor[];
  const drawn = drawsOf(4);
  const some = <T>(list: readonly T[]): readonly T[] => (whole ? list : [drawn.pick(list)]);
  /** With JavaScript, and without. */
  const kinds = [0, 1];
  before(async () => {
    setting = await openSetting();
    visitors = await Promise.all(
      [true, false].map(async (javaScript) =>
        visitorOf(await setting.page({ javaScript }), setting, javaScript),
      ),
    );
  });
  after(() => setting.close());

  async function begin(nr: number, name: string): Promise<Try> {
    const v = visitors[nr] ?? assert.fail();
    const way = waysIn[name]?.(setting) ?? assert.fail(name);
    setting.clock.ahead = 0;
    await v.page.context().clearCookies();
    await way.prepare?.();
    await v.page.goto("about:blank");
    return { v, way, kind: await v.goto(`${setting.demo.sites[way.site]}/`) };
  }

  /** Does on each page what it asks, until he is in; at one step otherwise. */
  async function signIn({ v, way, kind: from }: Try, at?: Kind, otherwise?: Otherwise): Promise<void> {
    const trail: Kind[] = [];
    for (let kind = from; kind !== "in";) {
      trail.push(kind);
      const times = trail.filter((one) => one === kind).length;
      const usual = way.times?.[kind] ?? (kind === "begin-again" ? 0 : kind === "resend" ? 2 : 1);
      const most = usual + (otherwise?.more?.includes(kind) ? 1 : 0);
      assert.ok(times <= most, `${kind} once too often: ${trail.join(", ")} ${v.page.url().slice(0, 100)}`);
      if (kind === at && times === 1 && otherwise) kind = await otherwise.do({ v, way, kind });
      else if (kind === "blank") kind = await v.goto(`${setting.demo.sites[way.site]}/`);
      else if (kind === "start") kind = await v.click(v.page.getByRole("link", { name: /Aanmelden/ }));
      else if (kind === "begin-again") kind = await v.click(v.page.getByRole("link", { name: /^Opnieuw/ }));
      else if (kind === "resend" && !v.javaScript) kind = await v.back();
      else kind = await pressOn({ v, way, kind });
    }
    await isIn(v, way);
  }

  async function isIn({ page }: Visitor, way: Way): Promise<void> {
    assert.equal(new URL(page.url()).origin, setting.demo.sites[way.site]);
    if (way.accountUuid === undefined) return;
    const shown = await page.locator('tr[data-claim="account_uuid"] td').innerText();
    assert.equal(shown.trim(), way.accountUuid);
  }

  /** From the application, where he is: back, as far as the browser does not ask whether to send a form again, and on. */
  async function stays({ v, way }: Try): Promise<void> {
    assert.equal(await v.reload(), "in");
    let kind = await v.back();
    if (!v.javaScript) while (kind === "resend") kind = await v.back();
    if (kind === "blank" || kind === "start") kind = await v.goto(`${setting.demo.sites[way.site]}/`);
    assert.equal(kind, "in", `Back after signing in: ${v.page.url().slice(0, 100)}`);
    await isIn(v, way);
  }

  /** Tells of a failure where it was. */
  const naming = async (name: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((error: Error) => {
      throw new Error(`${name}: ${error.message}`, { cause: error });
    });
  };
  const how = (nr: number) => (nr === 0 ? "with JavaScript" : "without JavaScript");

  for (const name of Object.keys(waysIn))
    for (const [title, others] of [
      ["clicks twice", delays.map(twice)],
      ["reloads, goes back, makes a mistake", [reload, back, forward, mistake]],
      ["waits", sameYear() ? [...lesson, night] : lesson],
    ] as const)
      test(`${name}: whoever ${title} at any step is in`, async () => {
        for (const at of waysIn[name]?.(setting).steps ?? [])
          for (const otherwise of some(others.filter((one) => one.at?.includes(at) ?? true)))
            for (const nr of some(kinds))
              await naming(`${how(nr)}, at ${at}, ${otherwise.name}`, async () => {
                const one = await begin(nr, name);
                await signIn(one, at, otherwise);
                if (title === "clicks twice") await stays(one);
              });
      });

  /** Is it the same school year after the night? In another one a pupil may be nobody's any more. */
  function sameYear(): boolean {
    const yearAt = (at: number) => schooljaarOf(datumOn(at));
    return yearAt(Date.now()) === yearAt(Date.now() + 13 * 60 * minute);
  }

  test("a page kept as a bookmark leads in, whoever is signed in by then", async () => {
    for (const name of some(Object.keys(waysIn))) {
      const { steps } = waysIn[name]?.(setting) ?? assert.fail(name);
      for (const at of some(steps))
        for (const nr of some(kinds))
          await naming(`${name} ${how(nr)}, at ${at}`, async () => {
            let bookmark = "";
            const one = await begin(nr, name);
            await signIn(one, at, {
              name: "keeps it",
              async do(here) {
                bookmark = here.v.page.url();
                return pressOn(here);
              },
            });
            const { v, way } = one;
            assert.equal(await v.goto(bookmark), "in", "signed in");
            await isIn(v, way);
            await leave(v);
            await way.prepare?.();
            await signIn({ v, way: waysIn[name]?.(setting) ?? way, kind: await v.goto(bookmark) });
            if (way.site !== "bingel") return;
            await leave(v);
            const other = keyOf(setting, "naamgenoot");
            await signIn({ v, way: other, kind: await v.goto(`${setting.demo.sites.bingel}/`) });
            assert.equal(await v.goto(bookmark), "in", "another pupil is signed in");
            await isIn(v, other);
          });
    }
  });

  /** Out of LeerID, by its own question. */
  async function leave(v: Visitor): Promise<void> {
    assert.equal(await v.goto(`${setting.demo.sites.acm}/v1/logout`), "ask-sign-out");
    assert.equal(await v.click(v.page.getByRole("button", { name: "Ja, meld me af" })), "signed-out");
    // The applications hear of it a moment later.
    await v.page.context().clearCookies({ name: /-sessie$/ });
  }

  test("eight tabs end in any order", async () => {
    for (const site of some(["bingel", "leerlingloket"] as const))
      for (const nr of some(kinds)) {
        const { v } = await begin(nr, "password");
        const way = {
          ...keyOf(setting, "gewoon"),
          site,
          ...(site !== "bingel" && { accountUuid: undefined }),
        };
        const tabs: Visitor[] = [];
        for (let n = 0; n < 8; n += 1)
          tabs.push(await visitorOf(await v.page.context().newPage(), setting, v.javaScript));
        for (const tab of tabs) assert.equal(await tab.goto(`${setting.demo.sites[site]}/aanmelden`), "form");
        for (let left = [...tabs]; left.length > 0;) {
          const tab = drawn.pick(left);
          left = left.filter((one) => one !== tab);
          await tab.page.bringToFront();
          await signIn({ v: tab, way, kind: "form" });
        }
        for (const tab of tabs) await tab.page.close();
      }
  });

  for (const name of Object.keys(waysOut))
    test(`${name}: whoever wants to leave is signed out`, async () => {
      for (const nr of some(kinds))
        for (const other of some(["twice", "late", "two tabs"]))
          await naming(`${how(nr)}, ${other}`, async () => {
            const way = waysOut[name] ?? assert.fail(name);
            const one = await begin(nr, way.in);
            await signIn(one);
            const { v } = one;
            const { sites } = setting.demo;
            const button = await way.open(v, sites);
            const tab =
              other === "two tabs"
                ? await visitorOf(await v.page.context().newPage(), setting, v.javaScript)
                : undefined;
            const second = tab && (await way.open(tab, sites));
            if (other === "late") await v.wait(11 * minute);
            assert.equal(
              await v.click(button, other === "twice" ? drawn.pick(delays) : undefined),
              "signed-out",
            );
            if (tab && second) assert.notEqual(await tab.click(second), "in");
            await tab?.page.close();
            assert.equal(await v.reload(), "signed-out");
            let kind = await v.back();
            if (kind === "resend") kind = await v.back();
            assert.notEqual(kind, "in", "Back after signing out");
            const asked = await v.goto(`${setting.demo.sites[one.way.site]}/aanmelden`);
            assert.ok(asked === "form" || asked === "person", asked);
          });
    });

  test("whoever would rather stay is in the launch page", async () => {
    for (const nr of some(kinds)) {
      const one = await begin(nr, "password");
      await signIn(one);
      const { v } = one;
      await v.goto(`${setting.demo.sites.acm}/v1/logout`);
      assert.equal(await v.click(v.page.getByRole("button", { name: "Nee, ik blijf aangemeld" })), "in");
      assert.equal(new URL(v.page.url()).origin, setting.demo.sites.leerlingloket);
    }
  });

  test("a browser that blocks cookies says so, and goes round no further", async (t) => {
    const page = await pageWithoutCookies();
    t.after(() => page.context().close());
    const v = await visitorOf(page, setting);
    const { sites } = setting.demo;
    const way = keyOf(setting, "gewoon");
    for (const site of [sites.bingel, sites.leerlingloket]) {
      await v.goto(`${site}/aanmelden`);
      assert.equal(await pressOn({ v, way, kind: "form" }), "no-cookies");
      assert.equal(await v.reload(), "form", "and from there anew");
    }
  });
});
