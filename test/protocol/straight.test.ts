import assert from "node:assert/strict";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import * as fc from "fast-check";
import { createAcm, type AcmSite } from "#sites/acm";
import { runsOf, whole } from "#testing/runs";
import { authUrl, authUrlOf, basic, endEnrolment, payloadOf, verifier, type Params } from "./flow.ts";
import { password, redirectUri, world, type Pupil, type World } from "./world.ts";

/** One world with two doors: as it is served, and everything through the provider. Same issuer, same database. */
let w: World;
let provider: AcmSite;
let server: Server;
let slow: string;
before(async () => {
  w = await world();
  provider = await createAcm({
    ctx: w.ctx,
    acmUrl: w.origin,
    apiUrl: w.apiUrl,
    loketUrl: "https://loket.leerid.example",
    allowPrivateNetwork: true,
    alleenProvider: true,
  });
  server = createServer((req, res) => provider.handler(req, res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  slow = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await provider.close();
  await w.close();
});

type Raw = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Node and Koa write the names of headers differently: who answered. */
  readonly straight: boolean;
};

/** Sends exactly this. */
function send(
  origin: string,
  path: string,
  { headers = {}, form }: { headers?: Record<string, string>; form?: string } = {},
): Promise<Raw> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const req = request(
      {
        ...{ hostname, port, path, agent: false },
        method: form === undefined ? "GET" : "POST",
        headers: {
          ...(form !== undefined && {
            "content-type": "application/x-www-form-urlencoded",
            "content-length": Buffer.byteLength(form),
          }),
          ...headers,
        },
      },
      (res) => {
        let text = "";
        res.on("data", (part: Buffer) => (text += part.toString()));
        res.on("end", () =>
          resolve({
            ...{ status: res.statusCode ?? 0, headers: res.headers, text },
            straight: res.rawHeaders.includes("content-length"),
          }),
        );
      },
    );
    req.on("error", reject);
    req.end(form);
  });
}

/** What differs from one answer to the next, made equal. */
const made = (text: string) =>
  text
    .replaceAll(/[\w-]{43}(?![\w-])/g, "<43>")
    .replaceAll(/(leerid-aanmelding=)[\w-]{60,}/g, "$1<sealed>")
    .replaceAll(/[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{2}/g, "<reference>")
    .replaceAll(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 20\d\d [\d:]{8} GMT/g, "<time>");

function shape({ status, headers, text }: Raw) {
  const { date: _date, "content-length": length, "set-cookie": cookies = [], ...rest } = headers;
  assert.equal(Number(length), Buffer.byteLength(text));
  return {
    status,
    headers: Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, made(String(value))])),
    cookies: [cookies]
      .flat()
      .map(made)
      .filter((cookie) => !cookie.startsWith("leerid-hervat=")),
    text: made(text),
  };
}

const cookiesOf = ({ headers }: Raw) =>
  [headers["set-cookie"] ?? []]
    .flat()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
const pathOf = (url: string) => url.slice(w.origin.length);
const both = async (path: string, options?: Parameters<typeof send>[2]) =>
  [await send(w.origin, path, options), await send(slow, path, options)] as const;

async function alike(path: string, options?: Parameters<typeof send>[2]): Promise<Raw> {
  const [straight, known] = await both(path, options);
  assert.deepEqual(shape(straight), shape(known));
  return straight;
}

const codeOf = ({ headers }: Raw) => new URL(String(headers["location"])).searchParams.get("code");
const formBody = (pupil: Pupil, own = password) =>
  new URLSearchParams({ gebruikersnaam: pupil.gebruikersnaam, wachtwoord: own }).toString();
const tokenBody = (changes: Params) =>
  new URLSearchParams(
    Object.entries({
      grant_type: "authorization_code",
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...changes,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ).toString();

/** Signs in through one door. */
async function signIn(origin: string, pupil = w.pupil, url = authUrl(w)) {
  const page = await send(origin, pathOf(url));
  const action = /<form[^>]*action="([^"]*)"/.exec(page.text)?.[1] ?? "";
  const answer = await send(origin, action, {
    headers: { cookie: cookiesOf(page) },
    form: formBody(pupil),
  });
  const session = /leerid=[\w-]{43}/.exec(cookiesOf(answer))?.[0] ?? "";
  return { page, answer, session, action };
}

const headersOf = [
  {},
  { accept: "text/html,application/xhtml+xml,*/*;q=0.8" },
  { accept: "application/json" },
];

test("the three plain requests go straight, and only through that door", async () => {
  for (const [origin, straight] of [
    [w.origin, true],
    [slow, false],
  ] as const) {
    const { page, answer, session } = await signIn(origin);
    const hop = await send(origin, pathOf(authUrlOf(w, "derde")), { headers: { cookie: session } });
    const form = tokenBody({ code: codeOf(answer) ?? "" });
    const token = await send(origin, "/op/v1/token", { headers: basic("bingel"), form });
    assert.equal(token.status, 200);
    assert.deepEqual(
      [page, answer, hop, token].map((one) => one.straight),
      [straight, straight, straight, straight],
    );
  }
});

describe("the straight path answers as the provider does", () => {
  test("the form, with and without other requests open", async () => {
    for (const headers of headersOf) {
      const { text } = await alike(pathOf(authUrl(w)), { headers });
      assert.match(text, /<form/);
    }
    const open = Array.from({ length: 7 }, (_, index) => String(index).repeat(43)).join(".");
    for (const cookie of [`leerid-open=${open}`, "leerid-open=kapot", 'a=b; leerid-open="x"', "leerid=kapot"])
      await alike(pathOf(authUrl(w)), { headers: { cookie } });
  });

  test("a right password, a wrong one, an empty one, a first one, and a refusal", async () => {
    const [straight, known] = [await signIn(w.origin), await signIn(slow)];
    assert.equal(straight.answer.status, 303);
    assert.deepEqual(shape(straight.answer), shape(known.answer));
    const first = await w.addPupil("eerste.keer", { first: true });
    const gone = await w.addPupil("niet.hier");
    await endEnrolment(w, gone);
    const cookie = cookiesOf(straight.page);
    for (const form of [
      formBody({ ...w.pupil, gebruikersnaam: "niemand.alhier" }),
      formBody(w.pupil, ""),
      formBody(first),
      "",
    ])
      await alike(straight.action, { headers: { cookie }, form });
    const cases = [...(await both(straight.action, { headers: { cookie }, form: formBody(gone) }))];
    assert.deepEqual(
      cases.map(({ status }) => status),
      [403, 403],
    );
    const [row] = await w.db
      .sql`select count(*) as aantal from verstrekking.weigering where account_uuid = ${gone.accountUuid}`;
    assert.equal(row?.["aantal"], 2, "each refusal is noted once");
  });

  test("an attempt counts once, whoever answers it; a form of another site is no attempt", async () => {
    const pupil = await w.addPupil("een.poging");
    const { page, action } = await signIn(w.origin);
    const cookie = cookiesOf(page);
    const failed = async () => {
      const rows = await w.db.sql<{ mislukt: number }[]>`select mislukt from sleutels.poging`;
      return rows.reduce((sum, { mislukt }) => sum + mislukt, 0);
    };
    const before = await failed();
    await send(w.origin, action, { headers: { cookie }, form: formBody(pupil, "fout") });
    assert.equal((await failed()) - before, 1);
    const strange = { cookie, "sec-fetch-site": "same-site" };
    assert.equal((await alike(action, { headers: strange, form: formBody(pupil) })).status, 400);
    assert.equal((await failed()) - before, 1);
  });

  test("somebody else types a password in an older tab: the session of the first ends", async () => {
    const [one, two] = [await w.addPupil("tab.een"), await w.addPupil("tab.twee")];
    const { page, action } = await signIn(w.origin);
    const { session } = await signIn(w.origin, one);
    const cookie = `${cookiesOf(page)}; ${session}`;
    const answer = await send(w.origin, action, { headers: { cookie }, form: formBody(two) });
    assert.equal(answer.status, 303);
    const rows = await w.db.sql<{ account_uuid: string }[]>`
      select account_uuid from acm.sessie where account_uuid in (${one.accountUuid}, ${two.accountUuid})`;
    assert.deepEqual(
      rows.map((row) => row.account_uuid),
      [two.accountUuid],
    );
  });

  test("the next application, with every shape of state and nonce", async () => {
    const { session } = await signIn(w.origin);
    for (const [name, changes] of [
      ["derde", {}],
      ["derde", { state: "a b+c&é~*'()!\"<>\0\u{1f600}", nonce: "%00 +" }],
      ["derde", { state: undefined, nonce: undefined }],
      ["tweede", { scope: "profile openid leerid", response_mode: "query" }],
      ["loket", { scope: "openid" }],
    ] as const) {
      const path = pathOf(authUrlOf(w, name, changes));
      for (const headers of headersOf) {
        const { headers: got } = await alike(path, { headers: { ...headers, cookie: session } });
        assert.match(String(got["location"]), /[?&]code=/);
      }
    }
  });

  test("a code: the same token, and the same errors", async () => {
    const { session } = await signIn(w.origin);
    const code = async () =>
      codeOf(await send(w.origin, pathOf(authUrl(w)), { headers: { cookie: session } })) ?? "";
    const body = async (origin: string) => {
      const form = tokenBody({ code: await code() });
      const answer = await send(origin, "/op/v1/token", { headers: basic("bingel"), form });
      const tokens = JSON.parse(answer.text) as Record<string, unknown>;
      const { iat, exp, at_hash: atHash, ...claims } = payloadOf(tokens["id_token"]);
      assert.equal(Number(exp) - Number(iat), 3600);
      assert.equal(String(atHash).length, 22);
      const { headers, status } = shape(answer);
      return { status, headers, names: Object.keys(tokens), claims, scope: tokens["scope"] };
    };
    assert.deepEqual(await body(w.origin), await body(slow));
    const fresh = await code();
    for (const [changes, more] of [
      [{ code: "onzin" }, {}],
      [{ code: fresh, code_verifier: "w".repeat(43) }, {}],
      [{ code: fresh, redirect_uri: "https://bingel.example/anders" }, {}],
      [{ code: fresh, redirect_uri: undefined }, {}],
      [{ code: undefined }, {}],
      [{ code: fresh, grant_type: "refresh_token" }, {}],
      [{ code: fresh, client_id: "tweede" }, {}],
      [{ code: "onzin" }, { accept: "text/html,*/*" }],
      [{ code: "onzin" }, { accept: "*/*, text/html" }],
      [{ code: "onzin" }, { accept: "application/json, text/plain, */*" }],
      [{ code: fresh }, { origin: "https://kwaad.example" }],
      [{ code: fresh }, basic("bingel", "fout")],
      [{ code: fresh }, basic("onbekend")],
      [{ code: fresh }, { authorization: "Basic ====" }],
    ] as const)
      await alike("/op/v1/token", { headers: { ...basic("bingel"), ...more }, form: tokenBody(changes) });
    const used = await send(w.origin, "/op/v1/token", {
      headers: basic("bingel"),
      form: tokenBody({ code: fresh, extra: "x" }),
    });
    assert.equal(used.status, 200, "an unknown parameter goes through the provider, which leaves it");
    await alike("/op/v1/token", { headers: basic("bingel"), form: tokenBody({ code: fresh }) });
  });
});

const nasty = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.constantFrom(
    "",
    " ",
    "\0",
    "%",
    "S256",
    "code",
    "openid",
    "none",
    "query",
    "x".repeat(44),
    "openid  leerid",
  ),
);
const names = [
  ...["client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge"],
  ...["code_challenge_method", "response_mode", "prompt", "max_age", "claims", "request", "resource", "x"],
];
type Change = (params: URLSearchParams) => string;
/** A good request with one thing changed: left out, twice, another value, or one character of the whole. */
const changes = (known: readonly string[]): fc.Arbitrary<Change> =>
  fc.oneof(
    fc.constantFrom(...known).map(
      (name): Change =>
        (params) => (params.delete(name), `${params}`),
    ),
    fc
      .tuple(fc.constantFrom(...known), nasty, fc.boolean())
      .map(([name, value, twice]): Change => (params) => {
        if (twice) params.append(name, value.toWellFormed());
        else params.set(name, value.toWellFormed());
        return `${params}`;
      }),
    fc
      .tuple(fc.nat(), fc.constantFrom(..."&=%+;?/:@'\"|\\A0", "%00", "%ff", "%", ""))
      .map(([at, one]): Change => (params) => {
        const text = `${params}`;
        const place = at % text.length;
        return text.slice(0, place) + one + text.slice(place + 1);
      }),
  );

test("a changed authorization request gets the same answer from both: no code that the provider refuses", async () => {
  const { session } = await signIn(w.origin);
  let codes = 0;
  await fc.assert(
    fc.asyncProperty(changes(names), fc.boolean(), async (change, known) => {
      const path = `/op/v1/auth?${change(new URL(authUrl(w)).searchParams)}`;
      const [straight, slowly] = await both(path, known ? { headers: { cookie: session } } : {});
      const say = (raw: Raw) => [raw.status, shape(raw).cookies, made(String(raw.headers["location"]))];
      assert.deepEqual(say(straight), say(slowly), path);
      if (String(straight.headers["location"]).includes("code=")) codes += 1;
    }),
    runsOf(300),
  );
  if (whole) assert.ok(codes > 10, `${codes}: some changes leave the request good`);
});

test("a changed redemption gets no token that the provider refuses", async () => {
  const { session } = await signIn(w.origin);
  const known = ["grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_secret", "x"];
  let tokens = 0;
  await fc.assert(
    fc.asyncProperty(
      changes(known),
      fc.constantFrom("bingel", "bingel", "bingel", "tweede", "Bingel"),
      async (change, client) => {
        const answers: Raw[] = [];
        for (const origin of [slow, w.origin]) {
          const page = await send(w.origin, pathOf(authUrl(w)), { headers: { cookie: session } });
          const form = change(new URLSearchParams(tokenBody({ code: codeOf(page) ?? "" })));
          answers.push(await send(origin, "/op/v1/token", { headers: basic(client), form }));
        }
        const [slowly, straight] = answers.map((raw) => [raw.status, raw.status === 200 ? "" : raw.text]);
        assert.deepEqual(straight, slowly);
        if (straight?.[0] === 200) tokens += 1;
      },
    ),
    runsOf(200),
  );
  if (whole) assert.ok(tokens > 5, `${tokens}: some changes leave the request good`);
});
