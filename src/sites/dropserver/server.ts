import { createServer, type Socket } from "node:net";
import ssh2 from "ssh2";
import type { Context } from "#platform/context";
import { describeError } from "#platform/log";
import { maakBudget } from "./budget.ts";
import { ontvangGast, type Gast } from "./connection.ts";
import { grenzen as gewoon, type Grenzen, type Metingen } from "./contract.ts";
import { maakQuotum } from "#modules/leveringen";
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

const zonderMetingen: Metingen = { bestand: () => {}, weigering: () => {}, verbinding: () => {} };

/**
 * Starts the SFTP server (D9): each package sees its own two folders, a file counts when it was closed and stored.
 * @throws when the port is taken; DatabaseError when the host key does not open
 */
export async function start(
  ctx: Context,
  options: {
    readonly host: string;
    readonly port: number;
    readonly grenzen?: Partial<Grenzen>;
    readonly metingen?: Metingen;
  },
): Promise<Dropserver> {
  const grenzen = { ...gewoon, ...options.grenzen };
  const metingen = options.metingen ?? zonderMetingen;
  const sleutel = await openHostSleutel(ctx);
  const quotum = maakQuotum(grenzen.quotum);
  const dienst = {
    ctx,
    grenzen,
    metingen,
    budget: maakBudget(grenzen.geheugen, Math.max(grenzen.bestand, grenzen.geheugen * grenzen.deelPerPakket)),
    magSturen: ({ pakket }: { readonly pakket: string }) => quotum(ctx, pakket),
  };
  const gasten = new Map<string, { readonly socket: Socket; gast: Gast | undefined }>();
  const wachtrij: Socket[] = [];
  const sleutelVan = (socket: { remoteAddress?: string | undefined; remotePort?: number | undefined }) =>
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
      const plaats = gasten.get(sleutelVan({ remoteAddress: info.ip, remotePort: info.port }));
      if (!plaats || plaats.gast) client.end();
      else plaats.gast = ontvangGast(dienst, client, plaats.socket);
    },
  );
  ssh.on("error", (error: unknown) => ctx.log.error(describeError(error), "fout in de dropserver"));

  let stopt = false;
  const laatBinnen = (socket: Socket) => {
    const naam = sleutelVan(socket);
    gasten.set(naam, { socket, gast: undefined });
    metingen.verbinding("open");
    // Who never says hello gets no guest, and would stay for ever.
    const hallo = setTimeout(() => {
      if (!gasten.get(naam)?.gast) socket.destroy();
    }, grenzen.aanmelden);
    socket.once("close", () => {
      clearTimeout(hallo);
      gasten.delete(naam);
      metingen.verbinding("dicht");
      if (stopt) return;
      for (const volgende of wachtrij.splice(0, grenzen.verbindingen - gasten.size)) laatBinnen(volgende);
    });
    ssh.injectSocket(socket);
  };
  // A file of many small requests: 27 s with Nagle, 0.4 s without.
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    if (stopt) socket.destroy();
    else if (gasten.size < grenzen.verbindingen) laatBinnen(socket);
    else if (wachtrij.length < grenzen.wachtrij) {
      // It waits before the handshake: whoever sends a thousand files at midnight is late, not refused.
      wachtrij.push(socket);
      socket.once("close", () => {
        const plaats = wachtrij.indexOf(socket);
        if (plaats >= 0) wachtrij.splice(plaats, 1);
      });
    } else {
      metingen.verbinding("vol");
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
      const alle = [...gasten.values()];
      for (const { gast, socket } of alle) {
        if (gast) gast.stop();
        else socket.destroy();
      }
      const kap = setTimeout(() => {
        for (const { socket } of alle) socket.destroy();
      }, grenzen.stoppen);
      await dicht;
      clearTimeout(kap);
      await Promise.all(alle.map(({ gast }) => gast?.klaar()));
    },
  };
}
