/** A line that tells how far a long command is. */
export type ProgressBar = {
  /** `done` of `total` so far; without a total only the count and the speed are shown. */
  to(done: number, total?: number): void;
  /** Leaves the last state on the screen and starts a new line. */
  done(): void;
};

type Screen = { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };

const width = 24;
const count = new Intl.NumberFormat("nl-BE");

/**
 * Shows progress on stderr, so that stdout stays usable for a next program. On a terminal one line that changes ten
 * times a second at most; in a file or a pipe a line every ten seconds.
 * @param unit what is counted, plural and lower case: "berichten"
 */
export function progressBar(
  unit: string,
  screen: Screen = process.stderr,
  now: () => number = () => performance.now(),
): ProgressBar {
  const started = now();
  const interval = screen.isTTY ? 100 : 10_000;
  let shown = started;
  let line = "";
  let written = "";
  const write = () => {
    shown = now();
    if (line === written) return;
    written = line;
    // Return to the start and erase what a longer line left: no cursor addressing, so any terminal will do.
    screen.write(screen.isTTY ? `\r${line.slice(0, (screen.columns ?? 80) - 1)}\u001B[K` : `${line}\n`);
  };
  return {
    to(done, total) {
      const seconds = (now() - started) / 1000;
      const speed = seconds > 0 ? Math.round(done / seconds) : 0;
      const part = total === undefined || total <= 0 ? undefined : Math.min(done / total, 1);
      const bar =
        part === undefined ? "" : `${drawn(part)} ${String(Math.floor(part * 100)).padStart(3)} %  `;
      line = `${bar}${count.format(done)} ${unit}, ${count.format(speed)} per seconde`;
      if (now() - shown >= interval) write();
    },
    done() {
      write();
      if (screen.isTTY && written !== "") screen.write("\n");
    },
  };
}

function drawn(part: number): string {
  const full = Math.round(part * width);
  return "█".repeat(full) + "░".repeat(width - full);
}
