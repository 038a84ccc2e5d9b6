import { registerHooks } from "node:module";

/**
 * The client library (postgres.js), mended while it is loaded (ADR 0016): as released it ends the process, or keeps a caller
 * waiting without end, when the server hangs up at the wrong moment. A mend that does not fit the text any more stops the
 * start: then the library changed, and we look again.
 */
const mends: readonly (readonly [what: string, from: string, to: string])[] = [
  [
    "a statement on a connection that is gone fails, instead of ending the process from a timer",
    "  function execute(q) {\n",
    "  function execute(q) {\n    if (socket === null)\n      return (queryError(q, Errors.connection('CONNECTION_CLOSED', options)), true)\n",
  ],
  [
    "a connection that closed with something to write can write again when it is made anew",
    "    clearImmediate(nextWriteTimer)\n    socket.removeListener('data', data)\n",
    "    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    socket.removeListener('data', data)\n",
  ],
  [
    "a connection that closes while it asks for the types of arrays does not end the process",
    "        return fetchArrayTypes()\n",
    "        return fetchArrayTypes().catch(() => {})\n",
  ],
  [
    "a connection that the server ends before it stands is an error, not a reason to try again without end; each host once",
    "    if (initial)\n      return reconnect()\n\n    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))\n",
    "    if (initial && options.host[++retries])\n      return (query = errorResponse = null, reconnect())\n\n" +
      "    !hadError && (initial || query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))\n" +
      "    query = errorResponse = null\n    retries = 0\n",
  ],
];

const library = import.meta.resolve("postgres");
const mended = new URL("connection.js", library).href;

const hooks = registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (url !== mended) return loaded;
    let text = String(loaded.source);
    for (const [what, from, to] of mends) {
      if (text.split(from).length !== 2) throw new Error(`postgres.js changed; look again at: ${what}`);
      text = text.replace(from, () => to);
    }
    return { ...loaded, source: text };
  },
});

/** Makes a pool; `openDatabase` is the way in for everybody else. */
export const { default: postgres } = await import("postgres");
hooks.deregister();
