/**
 * Progress of long work on a terminal, on one line that is written over; on a file or pipe one line every ten seconds.
 * `total` draws a bar; without it the count and the speed are shown.
 */
export function progressBar(
  what: string,
  options: { readonly total?: number; readonly out?: NodeJS.WriteStream; readonly now?: () => number } = {},
): { to(count: number): void; done(): void } {
  const out = options.out ?? process.stderr;
  const now = options.now ?? (() => performance.now());
  const start = now();
  let last = -Infinity;
  let shown = 0;
  const line = (count: number): string => {
    const seconds = Math.max((now() - start) / 1000, 0.001);
    const rate = `${Math.round(count / seconds).toLocaleString("nl-BE")}/s`;
    const number = count.toLocaleString("nl-BE");
    if (options.total === undefined) return `${number} ${what}, ${rate}`;
    const part = Math.min(1, count / Math.max(1, options.total));
    const filled = Math.round(part * 24);
    return `${"█".repeat(filled)}${"░".repeat(24 - filled)} ${Math.floor(part * 100)} %  ${number} ${what}, ${rate}`;
  };
  const write = (count: number) => out.write(out.isTTY ? `\r\u001B[2K${line(count)}` : `${line(count)}\n`);
  return {
    to(count) {
      shown = count;
      const interval = out.isTTY ? 100 : 10_000;
      if (now() - last < interval) return;
      last = now();
      write(count);
    },
    done() {
      write(shown);
      if (out.isTTY) out.write("\n");
    },
  };
}
