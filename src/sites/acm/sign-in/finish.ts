import type { Feiten } from "#modules/verstrekking";
import type { AccountUuid } from "#platform/ids";
import type { Answer } from "../answer.ts";
import { proceed, stepsAfterSignIn } from "../authorize/index.ts";
import type { Form } from "../authorize/vraag.ts";
import { secondsNow, type Acm } from "../contract.ts";
import { toestelCookies } from "../cookies.ts";
import type { Visit } from "../visit.ts";

/** Who proved who he is, and how. */
export type Pupil = {
  readonly accountUuid: AccountUuid;
  readonly feiten: Feiten;
  readonly toestel?: string | undefined;
  readonly acr: string;
  readonly amr?: readonly string[];
};

/** A pupil proved who he is: a session, and on to the application. */
export const finish = (acm: Acm, visit: Visit, form: Form, pupil: Pupil): Promise<Answer> =>
  proceed(
    {
      acm,
      visit,
      client: form.client,
      vraag: form.vraag,
      form,
      login: {
        wie: { accountUuid: pupil.accountUuid, medewerker: null },
        bewijs: { acr: pupil.acr, amr: pupil.amr, authTime: secondsNow(acm) },
        feiten: pupil.feiten,
      },
      cookies: toestelCookies(acm, pupil.toestel),
    },
    stepsAfterSignIn,
  );
