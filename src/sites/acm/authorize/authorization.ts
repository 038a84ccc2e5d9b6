import type { Besluit, Feiten } from "#modules/verstrekking";
import type { Answer } from "../answer.ts";
import type { Acm, Bewijs, Sessie, Wie } from "../contract.ts";
import type { Visit } from "../visit.ts";
import type { WebClient } from "../web-client.ts";
import type { Form, Vraag } from "./vraag.ts";

/** The parameters of a request; empty ones are as if left out (RFC 6749 3.1), of double ones the first stands here. */
export type Params = Readonly<Record<string, string | undefined>>;

/**
 * One authorization on its way: what the steps read, found and want kept. A step is a function of it: it fills in its part, throws an
 * error of the protocol, or gives the answer that ends the way.
 */
export type Authorization = {
  readonly acm: Acm;
  readonly visit: Visit;
  readonly client: WebClient;
  readonly vraag: Vraag;
  /** The form that was answered, or asked for again. */
  readonly form?: Form;
  /** The page of that form that was asked for again; its first one without. */
  readonly askAgain?: () => Answer;
  /** Who proved in this request who he is. */
  readonly login?: Login;

  /** What this browser had on arrival. */
  sessie?: Sessie | undefined;
  /** The facts of the pupil for this client. */
  feiten?: Feiten | null;
  besluit?: Besluit;
  /** Who he is for this client, once the decision is a yes. */
  sub?: string | undefined;
  /** His session from now on. */
  nu?: { readonly uid: string; readonly wie: Wie; readonly bewijs: Bewijs };
  /** This very request got its answer before, and the application took it. */
  beantwoord?: boolean;
  /** Goes with the answer, whichever it is. */
  readonly cookies: string[];
};

export type Login = {
  readonly wie: Wie;
  readonly bewijs: Bewijs;
  /** Of a pupil: read with the password. */
  readonly feiten?: Feiten;
};

export type Step = (a: Authorization) => Answer | undefined | void | Promise<Answer | undefined | void>;

/** Takes the steps one by one, to the first that answers. */
export async function walk(steps: readonly Step[], a: Authorization): Promise<Answer> {
  for (const step of steps) {
    const outcome = step(a);
    const answer = outcome instanceof Promise ? await outcome : outcome;
    if (answer) return answer;
  }
  throw new Error("the last step gave no answer");
}
