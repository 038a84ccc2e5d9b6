import { errors } from "oidc-provider";
import type { Checking } from "./checking.ts";

/** What the request can say; anything else is left alone (3.1.2.1). */
const known = [
  ...["client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt"],
  ...["max_age", "login_hint", "id_token_hint", "code_challenge", "code_challenge_method", "acr_values"],
  ...["request", "request_uri", "registration", "display", "ui_locales", "claims_locales"],
];

/** A parameter may stand there once (RFC 6749 3.1). */
export function rejectDuplicates({ raw }: Checking): void {
  const twice = known.filter((name) => Array.isArray(raw[name]));
  if (twice.length > 0)
    throw new errors.InvalidRequest(`'${twice.join("', '")}' parameter must not be provided twice`);
}

/** What we do not do (OpenID Connect Core 6). */
export function rejectUnsupported({ params }: Checking): void {
  if (params["request"] !== undefined) throw new errors.RequestNotSupported();
  if (params["request_uri"] !== undefined) throw new errors.RequestUriNotSupported();
}

/** By the query or by a form: in a fragment scripts would read it (RFC 9700 4.3). @throws UnsupportedResponseMode, InvalidRequest */
export function checkResponseMode({ params: { response_mode: mode } }: Checking): void {
  if (mode !== undefined && !["query", "form_post", "fragment"].includes(mode))
    throw new errors.UnsupportedResponseMode();
  if (mode === "fragment") throw new errors.InvalidRequest("unsupported response_mode requested");
}

/** Who asks does not say who it is (7.2.1), and asks for a code. @throws InvalidRequest, RegistrationNotSupported, UnsupportedResponseType */
export function checkResponseType({ params }: Checking): void {
  const { response_type: type } = params;
  if (type === undefined) throw new errors.InvalidRequest("missing required parameter 'response_type'");
  if (params["registration"] !== undefined) throw new errors.RegistrationNotSupported();
  if (type.split(" ").some((one) => one !== "code")) throw new errors.UnsupportedResponseType();
}

/** No resource of ours is a pupil's (RFC 8707 2). @throws InvalidTarget */
export function rejectResource({ raw }: Checking): void {
  if (raw["resource"]) throw new errors.InvalidTarget();
}
