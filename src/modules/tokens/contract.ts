import type { JWK } from "jose";

export type Algorithm = "RS256" | "ES256";
export const algoritmen: readonly Algorithm[] = ["RS256", "ES256"];

/** A signing key. `volgend` is published but does not sign yet; `uitgaand` no longer signs but still verifies. */
export type Ondertekensleutel = {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly status: "volgend" | "actief" | "uitgaand";
  readonly publiek: JWK;
  readonly prive: JWK;
};

/** Who calls an API with a machine token, and what for. */
export type Machine = { readonly clientId: string; readonly scopes: readonly string[] };
