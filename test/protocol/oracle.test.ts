import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { parse, stringify, type ParsedUrlQuery } from "node:querystring";
import { after, before, describe, test } from "node:test";
import * as fc from "fast-check";
import { runsOf, whole } from "#testing/runs";
import {
  assertion,
  authUrl,
  basic,
  payloadOf,
  redeem,
  signIn,
  codeOf as codeIn,
  verifier,
  type Params,
} from "./flow.ts";
import { makeOracle, outcomeOf, type Oracle, type Outcome } from "./oracle.ts";
import { send, type Raw } from "./raw.ts";
import { redirectUri, secret, vraagUri, world, type World } from "./world.ts";

// Ours beside the library alone: the same clients and keys, the same request. What we choose otherwise stands in `choices`, and nowhere else.

let w: World;
let oracle: Oracle;
/** The header `cookie` of a browser where the pupil is signed in: at ours, and there. */
let signedIn: { readonly ours: string; readonly theirs: string };
/** ID tokens that may be a hint. */
let hints: Readonly<Record<"own" | "of another" | "of another client", string>>;

const pathOf = (url: string) => url.slice(w.origin.length);

before(async () => {
  w = await world();
  oracle = await makeOracle(w);
  const { visitor, answer } = await signIn(w);
  const idToken = async (code: string, client = "bingel") =>
    String((await redeem(w, code, {}, basic(client))).body["id_token"]);
  const other = await signIn(w, { pupil: await w.addPupil("iemand.anders") });
  const elsewhere = await visitor.get(authUrl(w, { client_id: "bingel-es" }));
  hints = {
    own: await idToken(codeIn(answer)),
    "of another": await idToken(codeIn(other.answer)),
    "of another client": await idToken(codeIn(elsewhere), "bingel-es"),
  };
  const session = visitor.cookies.get("/ leerid")?.value;
  signedIn = { ours: `leerid=${session}`, theirs: await oracle.signIn(pathOf(authUrl(w))) };
});
after(async () => {
  await oracle.close();
  await w.close();
});

/** The same request at both. */
async function askBoth(
  asked: string,
  known: boolean,
  forOracle = asked,
): Promise<readonly [Outcome | string, Outcome | string]> {
  const path = "/op/v1/auth?";
  const [ours, theirs] = await Promise.all([
    send(w.origin, path + asked, known ? { headers: { cookie: signedIn.ours } } : {}),
    send(oracle.origin, path + forOracle, known ? { headers: { cookie: signedIn.theirs } } : {}),
  ]);
  return [outcomeOf(ours), outcomeOf(theirs)];
}

const query = (changes: Params = {}) => new URL(authUrl(w, changes)).search.slice(1);

/** What we choose otherwise in authorizing, and why. */
type Choice = {
  /** As docs/conformiteit.md names it. */
  readonly what: string;
  readonly why: string;
  /** A request that shows it, signed in, with what both say to it. */
  readonly shown: { readonly changes: Params; readonly ours: string; readonly theirs: string };
  readonly when: (asked: ParsedUrlQuery) => boolean;
} & (
  | { readonly errors: readonly string[] }
  /** We answer what the library answers to this. */
  | { readonly asIf: (asked: ParsedUrlQuery) => ParsedUrlQuery }
);

const listOf = (value: string | readonly string[] | undefined) =>
  typeof value === "string" ? value.split(" ") : [];
const registered: Readonly<Record<string, readonly string[]>> = {
  "bingel-klein": ["openid", "profile"],
};
const scopesOf = (asked: ParsedUrlQuery) =>
  registered[String(asked["client_id"])] ?? ["openid", "profile", "leerid"];

const choices: readonly Choice[] = [
  {
    what: "`response_mode=fragment`",
    why: "RFC 9700 4.3: what stands in a fragment is for scripts, and stays in the history",
    shown: { changes: { response_mode: "fragment" }, ours: "invalid_request", theirs: "a code" },
    when: ({ response_mode: mode, response_type: type }) => mode === "fragment" || /token/.test(String(type)),
    errors: ["invalid_request", "unsupported_response_type"],
  },
  {
    what: "een scope die niet geregistreerd is",
    why: "D4: an application that asks too much hears it before its first pupil does",
    shown: { changes: { scope: "openid kwaad" }, ours: "invalid_scope", theirs: "a code" },
    when: (asked) => listOf(asked["scope"]).some((scope) => !scopesOf(asked).includes(scope)),
    errors: ["invalid_scope"],
  },
  {
    what: "een vraag zonder `openid`",
    why: "D4: without it nothing says who signed in, and that is all that we are asked for",
    shown: { changes: { scope: "profile", nonce: undefined }, ours: "invalid_scope", theirs: "a code" },
    when: ({ scope }) => !listOf(scope).includes("openid"),
    errors: ["invalid_scope"],
  },
  {
    what: "`prompt=consent`",
    why: "OpenID Connect Core 3.1.2.4: consent may come by other means; the agreement and the school gave it",
    shown: { changes: { prompt: "consent" }, ours: "a code", theirs: "asks who it is" },
    when: ({ prompt }) => listOf(prompt).includes("consent"),
    asIf: without("consent"),
  },
  {
    what: "`prompt=select_account`",
    why: "on a shared computer only a key says which account it is",
    shown: { changes: { prompt: "select_account" }, ours: "asks who it is", theirs: "invalid_request" },
    when: ({ prompt }) => listOf(prompt).includes("select_account"),
    asIf: (asked) => ({
      ...asked,
      prompt: listOf(asked["prompt"])
        .map((one) => (one === "select_account" ? "login" : one))
        .join(" "),
    }),
  },
];

function without(prompt: string) {
  return ({ prompt: all, ...rest }: ParsedUrlQuery): ParsedUrlQuery => {
    const left = listOf(all).filter((one) => one !== prompt);
    return left.length === 0 ? rest : { ...rest, prompt: left.join(" ") };
  };
}

/** In one word. */
const wordOf = (outcome: Outcome | string): string =>
  typeof outcome === "string"
    ? outcome
    : outcome.kind === "answers the application"
      ? (outcome.params["error"] ?? outcome.params["code"] ?? "nothing")
      : outcome.kind;

async function compare(asked: string, known: boolean): Promise<Outcome | string> {
  const raw = parse(asked);
  const made = choices.filter(({ when }) => when(raw));
  let forOracle = asked;
  for (const choice of made) if ("asIf" in choice) forOracle = stringify(choice.asIf(parse(forOracle)));
  const [ours, theirs] = await askBoth(asked, known, forOracle);
  const errors = made.flatMap((choice) => ("errors" in choice ? choice.errors : []));
  if (errors.length === 0 || wordOf(theirs) === "refuses, and nothing goes back")
    assert.deepEqual(ours, theirs, `${known ? "signed in" : "nobody"}: ${asked}`);
  else assert.ok([...errors, wordOf(theirs)].includes(wordOf(ours)), `${wordOf(ours)}: ${asked}`);
  return ours;
}

test("what we choose otherwise in authorizing is this, and still otherwise there", async () => {
  for (const { what, shown } of choices) {
    const [ours, theirs] = await askBoth(query(shown.changes), true);
    assert.deepEqual([wordOf(ours), wordOf(theirs)], [shown.ours, shown.theirs], what);
  }
});

test("docs/conformiteit.md says what we choose otherwise, all of it", async () => {
  const page = await readFile(new URL("../../docs/conformiteit.md", import.meta.url), "utf8");
  const rows = (page.split("## Anders dan de bibliotheek")[1] ?? "").matchAll(/^\| (?!bij)([^-].*?) \|/gm);
  assert.deepEqual(
    Array.from(rows, ([, what]) => what),
    [
      ...choices.map(({ what }) => what),
      "het adres van een toepassing met een query",
      `${always.map((name) => `\`${name}\``).join(", ")} in het ID-token`,
    ],
  );
});

test("the query of a redirect address: to the letter here, spelled anew there", async () => {
  const path = pathOf(authUrl(w, { client_id: "bingel-vraag", redirect_uri: vraagUri }));
  const told = async (origin: string, cookie: string) =>
    String((await send(origin, path, { headers: { cookie } })).headers["location"]).startsWith(vraagUri);
  assert.deepEqual(
    [await told(w.origin, signedIn.ours), await told(oracle.origin, signedIn.theirs)],
    [true, false],
  );
});

const words: Readonly<Record<string, readonly string[]>> = {
  client_id: ["bingel-es", "bingel-klein", "tweede", "onbekend", "Bingel", "machine"],
  redirect_uri: [
    "https://tweede.example/terug",
    `${redirectUri}/`,
    `${redirectUri}?x=1`,
    "kapot",
    `${redirectUri}#`,
  ],
  response_type: ["token", "id_token", "code id_token", "code code", "code ", "none", "CODE"],
  response_mode: ["query", "form_post", "fragment", "web_message", "jwt", "query.jwt"],
  scope: [
    ...[
      "openid",
      "profile",
      "openid profile",
      "openid  profile",
      " openid",
      "openid openid",
      "openid\tprofile",
    ],
    ...["openid kwaad", "openid klasinformatie", "openid offline_access", 'openid "', "openid é"],
  ],
  prompt: [
    "none",
    "login",
    "consent",
    "select_account",
    "none login",
    "login consent",
    "login login",
    "kwaad",
    "none none",
  ],
  max_age: ["0", "10000", "-1", "-0", "1.5", "1e3", " 5000", "abc", "0x1000", "9".repeat(20)],
  code_challenge: ["kort", "x".repeat(43), "x".repeat(128), "x".repeat(129), `${"x".repeat(43)}=`],
  code_challenge_method: ["S256", "plain", "s256"],
  request: ["e30.e30."],
  request_uri: ["https://kwaad.example/", "urn:ietf:params:oauth:request_uri:x"],
  registration: ["{}"],
  resource: ["https://api.leerid.example", "kapot", "https://x.example/#y"],
};
const free = [
  "state",
  "nonce",
  "login_hint",
  "acr_values",
  "claims",
  "claims_locales",
  "ui_locales",
  "display",
  "x",
];
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }).map((one) => one.toWellFormed()),
  fc.constantFrom("", " ", "\0", "%", "a b+c&é~*'()!\"<>", "\u{1f600}", "none", "x".repeat(300)),
);
type Change = (asked: URLSearchParams) => void;
const change: fc.Arbitrary<Change> = fc
  .constantFrom(...Object.keys(words), ...free, "id_token_hint")
  .chain((name) => {
    const value =
      name === "id_token_hint"
        ? fc
            .constantFrom("own", "of another", "of another client")
            .map((hint) => hints[hint as keyof typeof hints])
        : name in words
          ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...(words[name] ?? [])) }, text)
          : text;
    return fc.oneof(
      {
        weight: 6,
        arbitrary: value.map(
          (one): Change =>
            (asked) =>
              asked.set(name, one),
        ),
      },
      {
        weight: 1,
        arbitrary: value.map(
          (one): Change =>
            (asked) =>
              asked.append(name, one),
        ),
      },
      { weight: 1, arbitrary: fc.constant<Change>((asked) => asked.delete(name)) },
      { weight: 1, arbitrary: fc.constant<Change>((asked) => asked.set(name, "")) },
    );
  });
/** One character of the whole. */
const slip = fc.tuple(fc.nat(), fc.constantFrom(..."&=%+;?/:@'\"|\\A0", "%00", "%ff", "%", ""));

describe("a changed authorization request comes to the same as with the library", () => {
  for (const known of [false, true])
    test(known ? "signed in" : "nobody signed in", async () => {
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 2 }), async (changes) => {
          const asked = new URL(authUrl(w)).searchParams;
          for (const one of changes) one(asked);
          seen.add(wordOf(await compare(`${asked}`, known)));
        }),
        runsOf(1000),
      );
      assert.ok(seen.has(known ? "a code" : "asks who it is"), [...seen].join());
      if (whole) assert.ok(seen.size >= 8, [...seen].join());
    });

  test("each thing alone", async () => {
    const alone = Object.entries(words).flatMap(([name, list]) =>
      ["", ...list].map((value): Params => ({ [name]: value })),
    );
    for (const hint of Object.values(hints))
      alone.push({ id_token_hint: hint }, { id_token_hint: hint, prompt: "none" });
    for (const changes of alone) for (const known of [false, true]) await compare(query(changes), known);
  });

  test("one character of it", async () => {
    await fc.assert(
      fc.asyncProperty(slip, fc.boolean(), async ([at, one], known) => {
        const asked = query();
        const place = at % asked.length;
        await compare(asked.slice(0, place) + one + asked.slice(place + 1), known);
      }),
      runsOf(300),
    );
  });
});

/** A redemption: what came, or why nothing did. */
type Told = {
  readonly status: number;
  readonly error: unknown;
  readonly challenge: string | undefined;
  readonly names: readonly string[];
  readonly claims: readonly string[];
};

/** What our ID tokens say always, and those of the library when it is asked, or never: how he signed in, when, and for which token (D4). */
const always = ["acr", "amr", "auth_time", "at_hash"];

function told({ status, headers, text }: Raw): Told {
  const body = JSON.parse(text) as Record<string, unknown>;
  const { "www-authenticate": challenge } = headers;
  assert.match(String(headers["cache-control"]), /no-store/);
  return {
    ...{ status, error: body["error"] },
    challenge: challenge === undefined ? undefined : String(challenge).split(" ")[0],
    names: Object.keys(body)
      .filter((name) => name !== "error_description")
      .toSorted(),
    claims:
      status === 200
        ? Object.keys(payloadOf(body["id_token"]))
            .filter((name) => !always.includes(name))
            .toSorted()
        : [],
  };
}

type Sent = { readonly form: URLSearchParams; readonly headers: Readonly<Record<string, string>> };
type Way = "basic" | "post" | "jwt" | "es";
const clientOf = { basic: "bingel", post: "bingel-post", jwt: "bingel-jwt", es: "bingel-es" } as const;

/** A fresh code of the same application, at ours or there. */
async function freshCode(origin: string, client: string, scope: string): Promise<string> {
  const cookie = origin === w.origin ? signedIn.ours : signedIn.theirs;
  const { headers } = await send(origin, pathOf(authUrl(w, { client_id: client, scope })), {
    headers: { cookie },
  });
  return new URL(String(headers["location"])).searchParams.get("code") ?? "";
}

/** The same redemption at both, of a code that each gave itself. */
async function redeemBoth(
  way: Way,
  change: (sent: Sent) => Sent,
  { scope = "openid profile leerid", twice = false } = {},
): Promise<readonly [Told, Told]> {
  const clientId = clientOf[way];
  const proof =
    way === "jwt"
      ? await assertion(w, clientId)
      : way === "post"
        ? { client_id: clientId, client_secret: secret }
        : {};
  const answers: Told[] = [];
  for (const origin of [w.origin, oracle.origin]) {
    const form = new URLSearchParams({
      grant_type: "authorization_code",
      code: await freshCode(origin, clientId, scope),
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...(proof as Record<string, string>),
    });
    const sent = change({ form, headers: way === "basic" || way === "es" ? basic(clientId) : {} });
    const options = { headers: sent.headers, form: `${sent.form}` };
    if (twice) assert.equal((await send(origin, "/op/v1/token", options)).status, 200);
    answers.push(told(await send(origin, "/op/v1/token", options)));
  }
  const [ours, theirs] = answers;
  assert.ok(ours && theirs);
  return [ours, theirs];
}

describe("a redemption comes to the same as with the library", () => {
  for (const way of ["basic", "post", "jwt", "es"] as const)
    test(`as it should be: ${way}, with every set of scopes`, async () => {
      for (const scope of ["openid", "openid profile", "openid leerid", "leerid profile openid"]) {
        const [ours, theirs] = await redeemBoth(way, (sent) => sent, { scope });
        assert.deepEqual([ours.status, ours], [200, theirs], scope);
      }
    });

  test("a code that comes again", async () => {
    for (const way of ["basic", "post"] as const) {
      const [ours, theirs] = await redeemBoth(way, (sent) => sent, { twice: true });
      assert.deepEqual([ours.error, ours], ["invalid_grant", theirs]);
    }
  });

  const values: Readonly<Record<string, readonly string[]>> = {
    grant_type: ["refresh_token", "implicit", "password", "Authorization_code", "x"],
    code: ["onzin", "x".repeat(3000), "a.b.c"],
    redirect_uri: [`${redirectUri}/`, "https://tweede.example/terug", "kapot"],
    code_verifier: ["w".repeat(43), "kort", "w".repeat(129), "é".repeat(43)],
    client_id: ["bingel", "bingel-post", "bingel-jwt", "onbekend", "machine"],
    client_secret: [secret, "fout"],
    client_assertion: ["a.b.c", "e30.e30.e30", "kapot"],
    client_assertion_type: ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "x"],
    scope: ["openid", "kwaad", 'a"b'],
    resource: ["https://api.leerid.example"],
    x: ["y"],
  };
  const formChange = fc.constantFrom(...Object.keys(values)).chain((name) => {
    const value = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...(values[name] ?? [])) }, text);
    return fc
      .tuple(value, fc.constantFrom("set", "set", "set", "append", "delete"))
      .map(([one, how]) => ({ form, headers }: Sent): Sent => {
        if (how === "delete") form.delete(name);
        else form[how as "set" | "append"](name, one);
        return { form, headers };
      });
  });
  const header = fc.constantFrom(
    ...["", "Basic", "Basic ====", "Bearer x", "basic YmluZ2VsOng=", "Basic YmluZ2Vs", "Basic Og=="],
    `Basic ${Buffer.from("bingel:%zz").toString("base64")}`,
    basic("bingel", "fout")["authorization"] ?? "",
    basic("bingel-post")["authorization"] ?? "",
    basic("machine")["authorization"] ?? "",
    basic("onbekend")["authorization"] ?? "",
  );
  const headerChange = header.map((authorization) => ({ form }: Sent): Sent => ({
    form,
    headers: authorization === "" ? {} : { authorization },
  }));
  const changes = fc.array(fc.oneof({ weight: 4, arbitrary: formChange }, headerChange), { maxLength: 2 });

  test("each thing alone", async () => {
    for (const [name, list] of Object.entries(values))
      for (const value of ["", ...list]) {
        const [ours, theirs] = await redeemBoth("basic", (sent) => (sent.form.set(name, value), sent));
        assert.deepEqual(ours, theirs, `${name}=${value}`);
      }
  });

  test("changed at random", async () => {
    const seen = new Set<unknown>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom<Way>("basic", "post", "jwt"), changes, async (way, list) => {
        const applied: Sent[] = [];
        const [ours, theirs] = await redeemBoth(way, (sent) => {
          const changed = list.reduce((at, one) => one(at), sent);
          applied.push(changed);
          return changed;
        });
        assert.deepEqual(ours, theirs, `${way} ${applied[0]?.form} ${applied[0]?.headers["authorization"]}`);
        seen.add(ours.error);
      }),
      runsOf(600),
    );
    assert.ok(seen.has(undefined) && seen.has("invalid_grant"), [...seen].join());
  });
});
