// Preloaded (`node --import …?parent=<pid>`) in a program that must not outlive the one that started it, also when that
// one is killed with signal 9. The parent holds the other end of descriptor 3; when it closes, this process gets the
// SIGTERM it already knows how to handle, and no second chance 20 s later.
import { Socket } from "node:net";
import { isMainThread } from "node:worker_threads";

const parent = Number(new URL(import.meta.url).searchParams.get("parent"));

if (isMainThread) {
  if (process.ppid === parent) {
    const pipe = new Socket({ fd: 3, readable: true, writable: false });
    pipe.on("error", () => {});
    pipe.on("close", end);
    pipe.resume();
    pipe.unref();
  } else {
    // A grandchild that inherited the option, such as each file's process under `node --test`, which itself loads no
    // preloads; or a child whose parent ended before it began. Neither has the pipe, so it looks now and then.
    const timer = setInterval(look, 1000).unref();
    function look() {
      if (isAlive(parent)) return;
      clearInterval(timer);
      end();
    }
    look();
  }
}

function end() {
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.kill(process.pid, "SIGKILL"), 20_000).unref();
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}
