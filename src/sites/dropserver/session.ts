import type { SFTPWrapper } from "ssh2";
import { status, SftpRefusal } from "./contract.ts";
import { makeFileSystem, type Service } from "./file-system.ts";
import { weigeringOf, type Wie } from "./files.ts";
import { pathOf, readPath } from "./rules.ts";
import { regelOf, folderAttributes } from "./entries.ts";

/** What a session may do to the connection it is on. */
export type Connection = {
  /** Stops and goes on reading from it: who sends faster than we can take, waits. */
  pause(): void;
  resume(): void;
  /** Ends it at once. */
  cutOff(reden: string): void;
  /** A request came: it is in use. */
  touch(): void;
  /** Bytes on their way out. */
  inFlight(): number;
};

export type Sessie = {
  /** Nothing is being sent and no request waits. */
  isIdle(): boolean;
  /** Since when (performance.now) the oldest upload is going on. */
  sinds(): number;
  /** Ends what was begun and takes nothing new. */
  stop(): void;
  /** All that was begun is done. */
  done(): Promise<void>;
};

/** What is not in the types of the library, and must be looked at before it is used. */
type Internals = {
  readonly outgoing: { readonly packetSize: number };
  readonly _buffer: readonly unknown[];
  push: unknown;
};

/** Smallest part in which a client takes answers. Less is no client: with 0 the library would never end. */
const kleinsteDeel = 1024;
const langsteOnderweg = 8_000_000;

/** Serves one SFTP session: requests in order, one at a time, each with exactly one answer. */
export function serve(dienst: Service, wie: Wie, sftp: SFTPWrapper, connection: Connection): Sessie {
  const { ctx, grenzen } = dienst;
  const inwendig = sftp as unknown as Internals;
  const stop = new AbortController();
  const fs = makeFileSystem(dienst, wie, stop.signal);
  let wachtend = 0;
  let bytes = 0;
  let gepauzeerd = false;
  let stopt = false;
  let row: Promise<void> = Promise.resolve();

  const finish = (reden: string) => {
    stop.abort();
    inwendig.push = () => {}; // what is still in the same parcel is not looked at any more
    connection.cutOff(reden);
  };
  if (!(inwendig.outgoing.packetSize >= kleinsteDeel)) finish("te-kleine-delen");

  /** Puts a request in the row. `werk` gives the answer, or throws why not. */
  const handleRequest = (id: number, omvang: number, work: () => Promise<() => void>): void => {
    if (stop.signal.aborted) return;
    connection.touch();
    wachtend += 1;
    bytes += omvang;
    if (!gepauzeerd && (wachtend > grenzen.vragen || bytes > grenzen.vraagBytes)) {
      gepauzeerd = true;
      connection.pause();
    }
    row = afterPrevious(row, omvang, () => answer(id, work));
  };
  const afterPrevious = async (
    previous: Promise<void>,
    omvang: number,
    work: () => Promise<void>,
  ): Promise<void> => {
    await previous;
    if (!stop.signal.aborted) await work();
    wachtend -= 1;
    bytes -= omvang;
    if (gepauzeerd && wachtend <= grenzen.vragen / 2 && bytes <= grenzen.vraagBytes / 2) {
      gepauzeerd = false;
      connection.resume();
    }
  };
  const answer = async (id: number, work: () => Promise<() => void>): Promise<void> => {
    let send: () => void;
    try {
      send = await work();
    } catch (error) {
      const weigering = weigeringOf(ctx, error);
      if (weigering.status === status.mislukt) dienst.metingen.refusal("mislukt");
      else if (weigering.status === status.geenRecht) dienst.metingen.refusal("geen-recht");
      send = () => sftp.status(id, weigering.status, weigering.message);
    }
    if (stop.signal.aborted) return;
    send();
    // Who asks and never reads the answers would fill our memory.
    // oxlint-disable-next-line no-underscore-dangle -- the library has no other way to tell
    if (inwendig._buffer.length > grenzen.antwoorden || connection.inFlight() > langsteOnderweg)
      finish("leest-niet");
  };
  const success = (id: number) => () => sftp.status(id, status.gelukt, "");
  const perform = (id: number, work: () => Promise<unknown>, omvang = 0) =>
    handleRequest(id, omvang, async () => {
      await work();
      return success(id);
    });
  const refuse = (id: number, hoe: SftpRefusal) =>
    handleRequest(id, 0, async () => {
      throw hoe;
    });
  const notHere = (wat: string) => new SftpRefusal(status.nietOndersteund, `${wat} kan hier niet.`);
  const noRecht = (wat: string) => new SftpRefusal(status.geenRecht, `${wat} kan hier niet.`);

  sftp
    .on("OPEN", (id, path, vlaggen) =>
      handleRequest(id, path.length, async () => {
        if (stopt)
          throw new SftpRefusal(
            status.mislukt,
            "LeerID wordt even herstart. Maak een nieuwe verbinding en stuur het bestand opnieuw.",
          );
        const handle = await fs.open(path, vlaggen);
        return () => sftp.handle(id, handle);
      }),
    )
    .on("WRITE", (id, handle, plaats, part) => perform(id, () => fs.write(handle, plaats, part), part.length))
    .on("READ", (id, handle, plaats, lengte) =>
      handleRequest(id, 0, async () => {
        const part = await fs.read(handle, plaats, lengte);
        return part ? () => sftp.data(id, part) : () => sftp.status(id, status.einde, "");
      }),
    )
    .on("CLOSE", (id, handle) => perform(id, () => fs.sluit(handle)))
    .on("OPENDIR", (id, path) =>
      handleRequest(id, path.length, async () => {
        const handle = await fs.openFolder(path);
        return () => sftp.handle(id, handle);
      }),
    )
    .on("READDIR", (id, handle) =>
      handleRequest(id, 0, async () => {
        const regels = await fs.readFolder(handle);
        return regels.length > 0 ? () => sftp.name(id, regels) : () => sftp.status(id, status.einde, "");
      }),
    )
    .on("REALPATH", (id, path) =>
      handleRequest(id, path.length, async () => {
        const plek = pathOf(readPath(path));
        return () => sftp.name(id, [regelOf(plek, folderAttributes(undefined, ctx.clock.now()))]);
      }),
    )
    .on("FSTAT", (id, handle) =>
      handleRequest(id, 0, async () => {
        const kenmerken = await fs.attributesOfHandle(handle);
        return () => sftp.attrs(id, kenmerken);
      }),
    )
    .on("SETSTAT", (id, path, kenmerken) => perform(id, () => fs.setAttributes(path, kenmerken)))
    .on("FSETSTAT", (id, handle, kenmerken) => perform(id, () => fs.setAttributesOfHandle(handle, kenmerken)))
    .on("RENAME", (id, van, naar) => perform(id, () => fs.rename(van, naar)))
    .on("REMOVE", (id, path) => perform(id, () => fs.remove(path)))
    .on("MKDIR", (id) => refuse(id, noRecht("Een map maken")))
    .on("RMDIR", (id) => refuse(id, noRecht("Een map verwijderen")))
    .on("READLINK", (id) => refuse(id, notHere("Een koppeling lezen")))
    .on("SYMLINK", (id) => refuse(id, notHere("Een koppeling maken")))
    .on("EXTENDED", (id: number) => refuse(id, notHere("Deze uitbreiding")));
  for (const soort of ["STAT", "LSTAT"] as const)
    sftp.on(soort as "STAT", (id: number, path: string) =>
      handleRequest(id, path.length, async () => {
        const kenmerken = await fs.attributes(path);
        return () => sftp.attrs(id, kenmerken);
      }),
    );

  sftp.on("error", () => finish("protocol"));
  // The client sends nothing more; what it sent is still answered.
  sftp.on("end", () => void row.then(() => sftp.end()));
  const gone = () => {
    stop.abort();
    void row.then(() => fs.abandon());
  };
  sftp.on("close", gone);
  stop.signal.addEventListener("abort", () => void row.then(() => fs.abandon()), { once: true });

  return {
    isIdle: () => wachtend === 0 && !fs.isBusy(),
    sinds: () => fs.sinds(),
    stop: () => {
      stopt = true;
    },
    done: () => row,
  };
}
