import { createServer, type Socket } from "node:net";
import ssh2 from "ssh2";
import type { Context } from "#platform/context";
import { describeError } from "#platform/log";
import { makeBudget } from "./budget.ts";
import { receiveGuest, type Guest } from "./connection.ts";
import { grenzen as gewoon, type Limits, type DropMetrics } from "./contract.ts";
import { makeQuota } from "#modules/leveringen";
import { openHostSleutel } from "./host-key.ts";

export type Dropserver = {
  /** Of the host key, as OpenSSH shows it: `SHA256:…`. */
  readonly vingerafdruk: string;
  /** The host key as a line of `known_hosts` has it, without the host. */
  readonly hostSleutel: string;
  readonly poort: number;
  /** Takes nothing new, lets files that are being sent end (10 s at most), and closes. */
  stop(): Promise<void>;
};

const zonderMetingen: DropMetrics = { file: () => {}, refusal: () => {}, connection: () => {} };

/**
 * Starts the SFTP server (D9): each package sees its own two folders, a file counts when it was closed and stored.
 * @throws when the port is taken; DatabaseError when the host key does not open
 */
export async function start(
  ctx: Context,
  options: {
    readonly host: string;
    readonly port: number;
    readonly grenzen?: Partial<Limits>;
    readonly metingen?: DropMetrics;
  },
): Promise<Dropserver> {
  const grenzen = { ...gewoon, ...options.grenzen };
  const metingen = options.metingen ?? zonderMetingen;
  const sleutel = await openHostSleutel(ctx);
  const quotum = makeQuota(grenzen.quotum);
  const dienst = {
    ctx,
    grenzen,
    metingen,
    budget: makeBudget(grenzen.geheugen, Math.max(grenzen.bestand, grenzen.geheugen * grenzen.deelPerPakket)),
    maySend: ({ pakket }: { readonly pakket: string }) => quotum(ctx, pakket),
  };
  const gasten = new Map<string, { readonly socket: Socket; gast: Guest | undefined }>();
  const wachtrij: Socket[] = [];
  const sleutelOf = (socket: { remoteAddress?: string | undefined; remotePort?: number | undefined }) =>
    `${socket.remoteAddress ?? ""} ${socket.remotePort ?? 0}`;

  const ssh = new ssh2.Server(
    {
      hostKeys: [sleutel.prive],
      ident: "LeerID",
      keepaliveInterval: 15_000,
      keepaliveCountMax: 4,
      algorithms: {
        kex: [
          "curve25519-sha256",
          "curve25519-sha256@libssh.org",
          "ecdh-sha2-nistp256",
          "ecdh-sha2-nistp384",
          "diffie-hellman-group16-sha512",
          "diffie-hellman-group14-sha256",
        ],
        cipher: [
          "chacha20-poly1305@openssh.com",
          "aes128-gcm@openssh.com",
          "aes256-gcm@openssh.com",
          "aes128-ctr",
          "aes256-ctr",
        ],
        hmac: [
          "hmac-sha2-256-etm@openssh.com",
          "hmac-sha2-512-etm@openssh.com",
          "hmac-sha2-256",
          "hmac-sha2-512",
        ],
        compress: ["none"], // a small parcel could unpack to a large one
      },
    },
    (client, info) => {
      const plaats = gasten.get(sleutelOf({ remoteAddress: info.ip, remotePort: info.port }));
      if (!plaats || plaats.gast) client.end();
      else plaats.gast = receiveGuest(dienst, client, plaats.socket);
    },
  );
  ssh.on("error", (error: unknown) => ctx.log.error(describeError(error), "fout in de dropserver"));

  let stopt = false;
  const admit = (socket: Socket) => {
    const naam = sleutelOf(socket);
    gasten.set(naam, { socket, gast: undefined });
    metingen.connection("open");
    // Who never says hello gets no guest, and would stay for ever.
    const hallo = setTimeout(() => {
      if (!gasten.get(naam)?.gast) socket.destroy();
    }, grenzen.aanmelden);
    socket.once("close", () => {
      clearTimeout(hallo);
      gasten.delete(naam);
      metingen.connection("dicht");
      if (stopt) return;
      for (const next of wachtrij.splice(0, grenzen.verbindingen - gasten.size)) admit(next);
    });
    ssh.injectSocket(socket);
  };
  // A file of many small requests: 27 s with Nagle, 0.4 s without.
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    if (stopt) socket.destroy();
    else if (gasten.size < grenzen.verbindingen) admit(socket);
    else if (wachtrij.length < grenzen.wachtrij) {
      // It waits before the handshake: whoever sends a thousand files at midnight is late, not refused.
      wachtrij.push(socket);
      socket.once("close", () => {
        const plaats = wachtrij.indexOf(socket);
        if (plaats >= 0) wachtrij.splice(plaats, 1);
      });
    } else {
      metingen.connection("vol");
      socket.destroy();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, () => {
      server.off("error", reject);
      server.on("error", (error) => ctx.log.error(describeError(error), "fout in de dropserver"));
      resolve();
    });
  });
  const adres = server.address();
  return {
    vingerafdruk: sleutel.vingerafdruk,
    hostSleutel: sleutel.publiek,
    poort: typeof adres === "object" && adres ? adres.port : options.port,
    async stop() {
      if (stopt) return;
      stopt = true;
      const dicht = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of wachtrij.splice(0)) socket.destroy();
      const all = [...gasten.values()];
      for (const { gast, socket } of all) {
        if (gast) gast.stop();
        else socket.destroy();
      }
      const kap = setTimeout(() => {
        for (const { socket } of all) socket.destroy();
      }, grenzen.stoppen);
      await dicht;
      clearTimeout(kap);
      await Promise.all(all.map(({ gast }) => gast?.done()));
    },
  };
}
