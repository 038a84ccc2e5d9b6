import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a process of a benchmark can be asked to do. */
export type Calls = Readonly<Record<string, (args: never) => unknown>>;

export type Process<C extends Calls> = {
  readonly pid: number;
  call<K extends keyof C & string>(name: K, args: Parameters<C[K]>[0]): Promise<Awaited<ReturnType<C[K]>>>;
  stop(): Promise<void>;
};

/**
 * Starts a file of bench/ as a process of its own: client, server and anchor never share an event loop.
 * It ends with this one.
 */
export function startProcess<C extends Calls>(
  file: string,
  options: { readonly execArgv?: readonly string[] } = {},
): Process<C> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    serialization: "advanced",
    execArgv: [...(options.execArgv ?? profiling(file))],
  });
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let ended = false;
  let last = 0;
  const gone = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      ended = true;
      for (const { reject } of waiting.values()) reject(new Error(`${file} ended (${code ?? signal})`));
      resolve();
    });
  });
  child.on("message", ({ id, value, error }: { id: number; value: never; error?: string }) => {
    const caller = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) caller?.resolve(value);
    else caller?.reject(new Error(`${file}: ${error}`));
  });
  return {
    pid: child.pid ?? 0,
    call: (name, args) =>
      new Promise((resolve, reject) => {
        if (ended) throw new Error(`${file} has ended`);
        const id = ++last;
        waiting.set(id, { resolve, reject });
        child.send({ id, name, args });
      }),
    async stop() {
      if (!ended && child.connected) child.disconnect();
      const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await gone;
      clearTimeout(patience);
    },
  };
}

/** With LEERID_BENCH_PROFIEL=<folder> every server leaves a CPU profile there. */
function profiling(file: string): string[] {
  const folder = process.env["LEERID_BENCH_PROFIEL"];
  return folder && file.startsWith("servers/")
    ? ["--cpu-prof", `--cpu-prof-dir=${folder}`, "--cpu-prof-interval=500"]
    : [];
}

/** In such a process: answers calls until the parent goes away, then tidies up and ends. */
export function answerCalls(calls: Calls, close: () => Promise<unknown> = async () => {}): void {
  process.on("message", (message: { id: number; name: string; args: never }) => {
    void (async () => {
      const { id, name, args } = message;
      try {
        const call = calls[name];
        if (!call) throw new Error(`no such call: ${name}`);
        process.send?.({ id, value: await call(args) });
      } catch (error) {
        process.send?.({
          id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
      }
    })();
  });
  process.once("disconnect", () => {
    const leave = () => process.exit(0);
    close().then(leave, leave);
  });
}
