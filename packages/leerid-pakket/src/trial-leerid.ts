import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createHash } from "node:crypto";
import ssh2, { type Connection, type SFTPWrapper } from "ssh2";

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;

/** What goes wrong on purpose, counted down per time that it happens. */
export type Disturbance = {
  /** The API answers 503. */
  api?: number;
  /** The dropserver ends the connection halfway an upload. */
  breuk?: number;
  /** How often there is no receipt yet. */
  later?: number;
  /** The dropserver refuses the file with this sentence. */
  weigert?: { code: 3 | 4; melding: string };
};

/** The library drops a zero at the begin of a key, one in some three hundred: such a pair cannot be read again. */
export function makeKeyPair(): { readonly private: string; readonly public: string } {
  for (;;) {
    const paar = ssh2.utils.generateKeyPairSync("ed25519");
    if (!(ssh2.utils.parseKey(paar.private) instanceof Error)) return paar;
  }
}

/** The other side of the wire as far as this program sees it, so that it can be tried without LeerID. */
export async function startLeerId(storing: Disturbance = {}) {
  const [host, sleutel] = [makeKeyPair(), makeKeyPair()];
  const gekend = ssh2.utils.parseKey(sleutel.public);
  if (gekend instanceof Error) throw gekend;
  const bestanden = new Map<string, Buffer>();
  const gezien: string[] = [];
  const verbindingen = new Set<Connection>();
  const ontvangst: { status: string; quarantaine: unknown[]; reden?: unknown } = {
    status: "verwerkt",
    quarantaine: [],
  };

  const http = createServer((vraag, answer) => {
    const url = new URL(vraag.url ?? "/", "http://x");
    const json = (status: number, inhoud: unknown) =>
      void answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(inhoud));
    gezien.push(
      `${vraag.method} ${url.pathname}${url.search} ${vraag.headers.authorization?.split(" ")[0] ?? ""}`,
    );
    if (url.pathname === "/op/v1/token") {
      const goed = `Basic ${Buffer.from("pakket:geheim").toString("base64")}`;
      return vraag.headers.authorization === goed
        ? json(200, { access_token: "t", expires_in: 3600 })
        : json(401, {});
    }
    if ((storing.api ?? 0) > 0) {
      storing.api = (storing.api ?? 0) - 1;
      answer.setHeader("retry-after", "1");
      return json(503, { title: "Even te druk." });
    }
    if (!url.pathname.includes("/999001/"))
      return json(403, { title: "Deze school deelt geen klasinformatie." });
    const na = url.searchParams.get("na");
    const leerling = (nr: number) => ({
      stamnummer: `2025-000${nr}`,
      leer_id_uuid: nr === 2 ? null : `018f0000-0000-7000-8000-00000000000${nr}`,
      account_uuid: `018f0000-0000-7000-9000-00000000000${nr}`,
      administratieve_groep: null,
    });
    return na === null
      ? json(200, { leerlingen: [leerling(1)], volgende: "een" })
      : json(200, { leerlingen: [leerling(2), leerling(7)] });
  });

  const ssh = new ssh2.Server({ hostKeys: [host.private] }, (client) => {
    verbindingen.add(client);
    client.on("error", () => {});
    client.on("authentication", (poging) => {
      const goed =
        poging.method === "publickey" &&
        poging.key.data.equals(gekend.getPublicSSH()) &&
        poging.username === "wisa";
      return goed ? poging.accept() : poging.reject(["publickey"]);
    });
    client.on("session", (open) => open().on("sftp", (start) => serve(start(), client)));
  });

  function serve(sftp: SFTPWrapper, client: Connection) {
    const open = new Map<number, { naam: string; inhoud: Buffer; plaats: number }>();
    const handleOf = (buffer: Buffer) => open.get(buffer.readUInt32BE(0));
    sftp.on("OPEN", (id, naam, vlaggen) => {
      gezien.push(`open ${naam}`);
      const schrijft = (vlaggen & OPEN_MODE.WRITE) !== 0;
      let inhoud = bestanden.get(naam);
      const bron = /^ontvangst\/(.*)\.ontvangst\.json$/.exec(naam)?.[1];
      if (bron !== undefined && bestanden.has(`inkomend/${bron}`)) {
        if ((storing.later ?? 0) > 0) storing.later = (storing.later ?? 0) - 1;
        else inhoud = Buffer.from(JSON.stringify({ ontvangen: 1, aanvaard: 1, ...ontvangst }));
      }
      if (!schrijft && inhoud === undefined) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
      const nr = open.size;
      open.set(nr, { naam, inhoud: schrijft ? Buffer.alloc(0) : (inhoud ?? Buffer.alloc(0)), plaats: 0 });
      const handle = Buffer.alloc(4);
      handle.writeUInt32BE(nr);
      return sftp.handle(id, handle);
    });
    sftp.on("WRITE", (id, handle, plaats, data) => {
      const one = handleOf(handle);
      if ((storing.breuk ?? 0) > 0 && one?.naam.endsWith(".csv") === true) {
        storing.breuk = (storing.breuk ?? 0) - 1;
        return client.end();
      }
      if (one) one.inhoud = Buffer.concat([one.inhoud.subarray(0, plaats), data]);
      return sftp.status(id, STATUS_CODE.OK);
    });
    sftp.on("READ", (id, handle, plaats, lengte) => {
      const part = handleOf(handle)?.inhoud.subarray(plaats, plaats + lengte);
      return part && part.length > 0 ? sftp.data(id, part) : sftp.status(id, STATUS_CODE.EOF);
    });
    sftp.on("RENAME", (id, van, naar) => {
      bestanden.set(naar, bestanden.get(van) ?? Buffer.alloc(0));
      bestanden.delete(van);
      return sftp.status(id, STATUS_CODE.OK);
    });
    sftp.on("FSTAT", (id) => sftp.status(id, STATUS_CODE.OP_UNSUPPORTED));
    sftp.on("CLOSE", (id, handle) => {
      const one = handleOf(handle);
      if (one?.naam.startsWith("inkomend/") === true) {
        if (storing.weigert !== undefined && one.naam.endsWith(".csv"))
          return sftp.status(id, storing.weigert.code, storing.weigert.melding);
        bestanden.set(one.naam, one.inhoud);
      }
      return sftp.status(id, STATUS_CODE.OK);
    });
  }

  const listen = (server: {
    listen(port: number, host: string, done: () => void): unknown;
    address(): unknown;
  }) =>
    new Promise<number>((klaar) =>
      server.listen(0, "127.0.0.1", () => klaar((server.address() as AddressInfo).port)),
    );
  const [api, sftp] = [await listen(http), await listen(ssh)];
  const hostsleutel = ssh2.utils.parseKey(host.public);
  if (hostsleutel instanceof Error) throw hostsleutel;
  return {
    bestanden,
    gezien,
    ontvangst,
    storing,
    sshSleutel: sleutel.private,
    adres: `http://127.0.0.1:${api}`,
    sftpPoort: sftp,
    hostsleutel: `SHA256:${createHash("sha256").update(hostsleutel.getPublicSSH()).digest("base64").replace(/=+$/, "")}`,
    async stop() {
      for (const one of verbindingen) one.end();
      http.closeAllConnections();
      await Promise.all([
        new Promise((klaar) => http.close(klaar)),
        new Promise((klaar) => ssh.close(klaar)),
      ]);
    },
  };
}
