import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

/** As the kernel knows the threads of the pool in which passwords are checked. */
const threadName = "libuv-worker";
/** Nice value: of ten parts of a busy processor one or two, and all of an idle one. */
const niceness = 10;

/**
 * Lets the thread pool, where passwords are checked, stand back for the thread that answers. In a storm of sign-ins it would take its
 * share of every processor, and whoever is signed in already would wait for it at each step. The pool must exist: after its first work.
 * Where threads cannot be told apart, or not be told, all stays as it was.
 */
export function letPoolStandBack(): void {
  try {
    for (const thread of readdirSync("/proc/self/task")) {
      if (readFileSync(`/proc/self/task/${thread}/comm`, "utf8").trim() === threadName)
        setPriority(Number(thread), niceness);
    }
  } catch {
    // no Linux, or not allowed: sign-ins and those inside share as before
  }
}
