import { interactionPolicy } from "oidc-provider";
import { workOf } from "./unit-of-work.ts";

const { Check, Prompt, base } = interactionPolicy;

/**
 * When an authorization stops for the pupil: to sign in, or because D5 says no. Consent is not asked: the agreement and
 * the school decide. With prompt=none each stop is an error that goes back to the application.
 */
export function makePolicy(): interactionPolicy.DefaultPolicy {
  const policy = base();
  policy.remove("consent");
  const login = policy.get("login");
  if (!login) throw new Error("the provider has no login prompt");
  // These compare with the account; what an application holds is a sub, maybe a pseudonym. The claims parameter is off.
  for (const reason of ["id_token_hint", "claims_id_token_sub_value", "essential_acrs", "essential_acr"]) {
    login.checks.remove(reason);
  }
  login.checks.add(
    new Check(
      "andere_leerling",
      "the session is not of the subject in id_token_hint",
      "login_required",
      (ctx) => {
        const hint = ctx.oidc.entities.IdTokenHint?.payload["sub"];
        return hint !== undefined && ctx.oidc.session?.accountId !== undefined && hint !== workOf(ctx).sub;
      },
    ),
  );
  policy.add(
    new Prompt(
      { name: "toegang", requestable: false },
      new Check(
        "geen_toegang",
        "the pupil may not open this application now",
        "access_denied",
        (ctx) => workOf(ctx).besluit?.toegang === false,
      ),
    ),
  );
  return policy;
}
