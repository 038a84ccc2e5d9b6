// Asks the provider of adults for everything that LeerID will need of it, before the first adult does. Nobody signs in.
// Usage, as root: /opt/leerid/huidig/node /usr/share/leerid/medewerkers/check.mjs
// Reads /etc/leerid (or the folder that is given). Exit code 0 all in order, 1 a line with ✖ for each fault.
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

const folder = process.argv[2] ?? "/etc/leerid";
const settings = Object.fromEntries(
  [...readFileSync(`${folder}/leerid.env`, "utf8").matchAll(/^(LEERID_\w+)=(.*)$/gm)].map(
    ([, name, value]) => [name, value],
  ),
);
const need = (name) => settings[name] ?? refuse(`${name} ontbreekt in ${folder}/leerid.env.`);
const issuer = need("LEERID_MEDEWERKERS_ISSUER");
const clientId = need("LEERID_MEDEWERKERS_CLIENT_ID");
const acr = need("LEERID_MEDEWERKERS_ACR")
  .split(",")
  .map((one) => one.trim());
const redirectUri = `${need("LEERID_ACM_URL")}/op/v1/medewerker/terug`;
const secret = readFileSync(`${folder}/geheim/medewerkers-client-secret`, "utf8").replace(/\r?\n$/, "");

let faults = 0;
/** true: in order; false: a fault; undefined: the provider does not say. */
function tell(holds, good, bad) {
  if (holds === false) faults += 1;
  console.log(
    holds === undefined ? `? ${good}: de provider zegt het niet` : holds ? `✔ ${good}` : `✖ ${bad}`,
  );
}
const has = (list, ...wanted) =>
  Array.isArray(list) ? wanted.every((one) => list.includes(one)) : undefined;

const discovery = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
const found = await ask(discovery);
if (!found.ok) refuse(`✖ ${discovery} antwoordt ${found.status}. Kijk LEERID_MEDEWERKERS_ISSUER na.`);
const metadata = await found.json().catch(() => refuse(`✖ ${discovery} geeft geen JSON.`));
tell(
  metadata.issuer === issuer,
  `issuer ${issuer}`,
  `de provider noemt zich ${metadata.issuer}: neem dat als LEERID_MEDEWERKERS_ISSUER`,
);
tell(
  has(metadata.response_types_supported, "code"),
  "code flow",
  "geen code flow (response_types_supported)",
);
tell(has(metadata.code_challenge_methods_supported, "S256"), "PKCE met S256", "geen PKCE met S256");
tell(
  has(metadata.scopes_supported, "openid", "profile", "vo"),
  "scopes openid, profile en vo",
  `niet alle scopes: ${metadata.scopes_supported}`,
);
const claims = ["vo_id", "vo_doelgroepcode", "vo_orgcode", "leerid_rol_3d", "family_name", "given_name"];
const absent = claims.filter((one) => has(metadata.claims_supported, one) === false);
tell(
  metadata.claims_supported && absent.length === 0,
  `claims ${claims.join(", ")}`,
  `claims ontbreken: ${absent.join(", ")}`,
);
tell(
  metadata.acr_values_supported && acr.some((one) => metadata.acr_values_supported.includes(one)),
  `acr ${acr.join(", ")}`,
  `geen van LEERID_MEDEWERKERS_ACR: de provider kent ${metadata.acr_values_supported}`,
);

const verifier = randomBytes(32).toString("base64url");
const question = new URL(metadata.authorization_endpoint);
for (const [name, value] of Object.entries({
  client_id: clientId,
  redirect_uri: redirectUri,
  response_type: "code",
  scope: "openid profile vo",
  state: "toets",
  nonce: "toets",
  acr_values: acr.join(" "),
  code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  code_challenge_method: "S256",
}))
  question.searchParams.set(name, value);
const asked = await ask(question);
const back =
  asked.headers.get("location")?.startsWith(redirectUri) === true &&
  /[?&]error=/.test(asked.headers.get("location"));
tell(
  asked.status < 400 && !back,
  `client ${clientId} met terugkeeradres ${redirectUri}`,
  `de provider weigert de vraag (${asked.status}): kent hij de client en het terugkeeradres?`,
);

// A code that cannot be: who is known hears that the code is wrong, who is not that he is.
const redeemed = await ask(metadata.token_endpoint, {
  method: "POST",
  headers: {
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString("base64")}`,
  },
  body: new URLSearchParams({
    grant_type: "authorization_code",
    code: "toets",
    redirect_uri: redirectUri,
    code_verifier: verifier,
  }),
});
const { error } = await redeemed.json().catch(() => ({}));
tell(
  error === "invalid_grant",
  "het geheim van de client klopt",
  `het geheim klopt niet, of client_secret_basic mag niet (${redeemed.status} ${error ?? ""})`,
);
process.exitCode = faults === 0 ? 0 : 1;

async function ask(url, init = {}) {
  try {
    return await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    return refuse(
      `✖ ${new URL(url).origin} is niet bereikbaar: ${error.cause?.code ?? error.name}. Kijk de naam, de firewall en het certificaat na.`,
    );
  }
}

function refuse(line) {
  console.log(line);
  process.exit(1);
}
