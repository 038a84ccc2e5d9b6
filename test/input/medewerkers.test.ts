import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { createUpstream } from "#demo/upstream/index";
import { demoAcr, personas } from "#demo/upstream/personas";
import { runLeerid, type Outcome, type Settings } from "#testing/server";

const acm = "https://acm.leerid.example";
const clientSecret = "geheim-van-de-provider";

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

describe("leerid medewerkers toets, against the demo's key for adults", () => {
  let server: Server;
  let issuer: string;
  let provider: Listener;
  /** In front of the provider: true when it answered itself. */
  let meanwhile: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  before(async () => {
    server = createServer((request, response) => {
      if (!meanwhile(request, response)) provider(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    provider = await createUpstream({
      issuer,
      clientId: "leerid",
      clientSecret,
      redirectUri: `${acm}/op/v1/medewerker/terug`,
      personas,
      now: Date.now,
    });
  });
  after(() => void server.close());

  const examine = (settings: Settings = {}): Promise<Outcome> =>
    runLeerid(["medewerkers", "toets"], {
      LEERID_ACM_URL: acm,
      LEERID_MEDEWERKERS_ISSUER: issuer,
      LEERID_MEDEWERKERS_CLIENT_ID: "leerid",
      LEERID_MEDEWERKERS_CLIENT_SECRET: clientSecret,
      LEERID_MEDEWERKERS_ACR: `urn:sterker,${demoAcr}`,
      ...settings,
    });

  /** The description as the provider gives it, with something else in it. */
  async function describing<T>(
    changes: Readonly<Record<string, unknown>>,
    work: () => Promise<T>,
  ): Promise<T> {
    const found = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as object;
    meanwhile = (request, response) => {
      if (request.url !== "/.well-known/openid-configuration") return false;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ ...found, ...changes }));
      return true;
    };
    return work().finally(() => {
      meanwhile = () => false;
    });
  }

  const refuses = (outcome: Outcome, line: RegExp): void => {
    assert.equal(outcome.code, 1, outcome.stdout);
    assert.match(outcome.stderr, line);
    assert.doesNotMatch(outcome.stderr + outcome.stdout, /onverwachts|een-geheim/);
  };

  it("finds all in order, names each thing, and needs no database", async () => {
    const { code, stdout, stderr } = await examine();
    assert.deepEqual([code, stderr], [0, ""]);
    for (const what of ["issuer", "code flow", "PKCE", "scopes openid", "claims vo_id", "acr", "het geheim"])
      assert.match(stdout, new RegExp(`^✔ .*${what}`, "m"));
    assert.match(stdout, /levert wat LeerID nodig heeft\.\n$/);
  });

  it("says what a setting has wrong, with the setting", async () => {
    for (const [settings, line] of [
      [
        { LEERID_MEDEWERKERS_CLIENT_SECRET: "een-geheim-van-iemand-anders" },
        /^✖ het geheim klopt niet.*\(401 invalid_client\)\. .*LEERID_MEDEWERKERS_CLIENT_SECRET/m,
      ],
      [
        { LEERID_MEDEWERKERS_CLIENT_ID: "iemand-anders" },
        /^✖ de provider weigert de vraag van client iemand-anders .*LEERID_MEDEWERKERS_CLIENT_ID/m,
      ],
      [
        { LEERID_ACM_URL: "https://acm.elders.example" },
        /terugkeeradres https:\/\/acm\.elders\.example\/op\//,
      ],
      [
        { LEERID_MEDEWERKERS_ACR: "urn:onbekend" },
        /^✖ geen van urn:onbekend bij acr.*LEERID_MEDEWERKERS_ACR/m,
      ],
      [
        { LEERID_MEDEWERKERS_ISSUER: `${issuer}/niets` },
        /^✖ .*\/niets\/\.well-known\/openid-configuration antwoordt 404\. .*LEERID_MEDEWERKERS_ISSUER/m,
      ],
      [
        { LEERID_MEDEWERKERS_ISSUER: "http://127.0.0.1:9" },
        /^✖ http:\/\/127\.0\.0\.1:9 is niet bereikbaar \(\w+\)\. .*firewall/m,
      ],
      [
        { LEERID_MEDEWERKERS_ISSUER: "https://naam.die.niet.bestaat.invalid" },
        /is niet bereikbaar \((?:ENOTFOUND|EAI_AGAIN)\)\. .*DNS/,
      ],
    ] as const)
      refuses(await examine(settings), line);
  });

  it("says what the provider lacks, and who can mend it", async () => {
    const lacking = {
      response_types_supported: ["id_token"],
      code_challenge_methods_supported: ["plain"],
      scopes_supported: ["openid", "profile"],
      claims_supported: ["family_name", "given_name", "vo_doelgroepcode", "vo_orgcode"],
      token_endpoint_auth_methods_supported: ["private_key_jwt"],
      prompt_values_supported: ["none"],
    };
    const outcome = await describing(lacking, examine);
    refuses(outcome, /^✖ geen code flow .* De beheerder van de provider kan dit oplossen\.$/m);
    for (const line of [
      /geen PKCE met S256/,
      /scopes ontbreken: vo\./,
      /claims ontbreken: vo_id, leerid_rol_3d\./,
    ])
      assert.match(outcome.stderr, line);
    assert.match(outcome.stderr, /geen client_secret_basic[\s\S]*geen prompt=login/);
    assert.equal(outcome.stderr.trim().split("\n").length, 6);
    assert.match(outcome.stdout, /^✔ het geheim/m);
  });

  it("says what it cannot know when the provider does not tell", async () => {
    const { code, stdout } = await describing(
      { claims_supported: undefined, acr_values_supported: undefined },
      examine,
    );
    assert.equal(code, 0);
    assert.match(stdout, /^\? claims .*vraag het na$/m);
    assert.match(stdout, /^\? acr /m);
  });

  it("does not take another name, another page, or a key that is none", async () => {
    refuses(
      await describing({ issuer: "https://elders.example" }, examine),
      /^✖ de provider noemt zich https:\/\/elders\.example\. Neem die naam als LEERID_MEDEWERKERS_ISSUER\.$/m,
    );
    refuses(
      await describing({ token_endpoint: undefined }, examine),
      /beschrijft geen OpenID-provider \(token_endpoint\)/,
    );
    meanwhile = (request, response) => {
      if (request.url !== "/jwks") return false;
      response.end(JSON.stringify({ keys: [{ kty: "oct", k: "c2xldXRlbA" }] }));
      return true;
    };
    refuses(await examine(), /geen publieke sleutel voor een handtekening op .*\/jwks/);
    meanwhile = () => false;
  });

  it("without the settings says which, and half of them too", async () => {
    refuses(
      await runLeerid(["medewerkers", "toets"], {}),
      /De vier instellingen LEERID_MEDEWERKERS_ ontbreken/,
    );
    refuses(
      await runLeerid(["medewerkers", "toets"], { LEERID_MEDEWERKERS_ISSUER: issuer }),
      /LEERID_MEDEWERKERS_ACR: ontbreekt/,
    );
  });
});
