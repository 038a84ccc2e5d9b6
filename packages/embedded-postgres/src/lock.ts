import { stat } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { EmbeddedPostgresError } from "./problems.ts";

/**
 * Holds a folder for this process until the returned function is called or the process ends, however it ends.
 * An abstract Unix socket named after the folder's identity on disk: the kernel frees it also after kill -9, which
 * a lock file cannot promise, and Node has no flock(2). It answers a caller with the holder's process id.
 * @throws EmbeddedPostgresError when another start holds the folder
 */
export async function holdFolder(folder: string): Promise<() => Promise<void>> {
  const { dev, ino } = await stat(folder);
  const path = `\0leerid-postgres-${dev}-${ino}`;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.end(String(process.pid));
  });
  const held = await new Promise<boolean>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    server.listen({ path }, () => resolve(true));
  });
  if (!held) {
    const holder = await askHolder(path);
    throw new EmbeddedPostgresError(
      `De databank in ${folder} is al in gebruik door een andere LeerID${holder ? ` (proces ${holder})` : ""}. ` +
        "Stop die eerst, of kies een andere map met LEERID_DATAMAP.",
    );
  }
  server.unref();
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
    });
}

function askHolder(path: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect({ path, timeout: 500 });
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => (answer += part));
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => {});
    socket.on("close", () => resolve(/^\d+$/.test(answer) ? answer : ""));
  });
}
