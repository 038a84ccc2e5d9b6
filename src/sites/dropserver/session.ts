import type { SFTPWrapper } from "ssh2";
import { status, Weigering } from "./contract.ts";
import { maakBestandssysteem, type Dienst } from "./file-system.ts";
import { weigeringVan, type Wie } from "./files.ts";
import { padVan, leesPad } from "./rules.ts";
import { regelVan, mapKenmerken } from "./entries.ts";

/** What a session may do to the connection it is on. */
export type Verbinding = {
  /** Stops and goes on reading from it: who sends faster than we can take, waits. */
  pauzeer(): void;
  hervat(): void;
  /** Ends it at once. */
  kap(reden: string): void;
  /** A request came: it is in use. */
  leeft(): void;
  /** Bytes on their way out. */
  onderweg(): number;
};

export type Sessie = {
  /** Nothing is being sent and no request waits. */
  rustig(): boolean;
  /** Since when (performance.now) the oldest upload is going on. */
  sinds(): number;
  /** Ends what was begun and takes nothing new. */
  stop(): void;
  /** All that was begun is done. */
  klaar(): Promise<void>;
};

/** What is not in the types of the library, and must be looked at before it is used. */
type Inwendig = {
  readonly outgoing: { readonly packetSize: number };
  readonly _buffer: readonly unknown[];
  push: unknown;
};

/** Smallest part in which a client takes answers. Less is no client: with 0 the library would never end. */
const kleinsteDeel = 1024;
const langsteOnderweg = 8_000_000;

/** Serves one SFTP session: requests in order, one at a time, each with exactly one answer. */
export function bedien(dienst: Dienst, wie: Wie, sftp: SFTPWrapper, verbinding: Verbinding): Sessie {
  const { ctx, grenzen } = dienst;
  const inwendig = sftp as unknown as Inwendig;
  const stop = new AbortController();
  const fs = maakBestandssysteem(dienst, wie, stop.signal);
  let wachtend = 0;
  let bytes = 0;
  let gepauzeerd = false;
  let stopt = false;
  let rij: Promise<void> = Promise.resolve();

  const eindig = (reden: string) => {
    stop.abort();
    inwendig.push = () => {}; // what is still in the same parcel is not looked at any more
    verbinding.kap(reden);
  };
  if (!(inwendig.outgoing.packetSize >= kleinsteDeel)) eindig("te-kleine-delen");

  /** Puts a request in the row. `werk` gives the answer, or throws why not. */
  const vraag = (id: number, omvang: number, werk: () => Promise<() => void>): void => {
    if (stop.signal.aborted) return;
    verbinding.leeft();
    wachtend += 1;
    bytes += omvang;
    if (!gepauzeerd && (wachtend > grenzen.vragen || bytes > grenzen.vraagBytes)) {
      gepauzeerd = true;
      verbinding.pauzeer();
    }
    rij = naVorige(rij, omvang, () => antwoord(id, werk));
  };
  const naVorige = async (
    vorige: Promise<void>,
    omvang: number,
    werk: () => Promise<void>,
  ): Promise<void> => {
    await vorige;
    if (!stop.signal.aborted) await werk();
    wachtend -= 1;
    bytes -= omvang;
    if (gepauzeerd && wachtend <= grenzen.vragen / 2 && bytes <= grenzen.vraagBytes / 2) {
      gepauzeerd = false;
      verbinding.hervat();
    }
  };
  const antwoord = async (id: number, werk: () => Promise<() => void>): Promise<void> => {
    let stuur: () => void;
    try {
      stuur = await werk();
    } catch (error) {
      const weigering = weigeringVan(ctx, error);
      if (weigering.status === status.mislukt) dienst.metingen.weigering("mislukt");
      else if (weigering.status === status.geenRecht) dienst.metingen.weigering("geen-recht");
      stuur = () => sftp.status(id, weigering.status, weigering.message);
    }
    if (stop.signal.aborted) return;
    stuur();
    // Who asks and never reads the answers would fill our memory.
    // oxlint-disable-next-line no-underscore-dangle -- the library has no other way to tell
    if (inwendig._buffer.length > grenzen.antwoorden || verbinding.onderweg() > langsteOnderweg)
      eindig("leest-niet");
  };
  const gelukt = (id: number) => () => sftp.status(id, status.gelukt, "");
  const doe = (id: number, werk: () => Promise<unknown>, omvang = 0) =>
    vraag(id, omvang, async () => {
      await werk();
      return gelukt(id);
    });
  const weiger = (id: number, hoe: Weigering) =>
    vraag(id, 0, async () => {
      throw hoe;
    });
  const nietHier = (wat: string) => new Weigering(status.nietOndersteund, `${wat} kan hier niet.`);
  const geenRecht = (wat: string) => new Weigering(status.geenRecht, `${wat} kan hier niet.`);

  sftp
    .on("OPEN", (id, pad, vlaggen) =>
      vraag(id, pad.length, async () => {
        if (stopt)
          throw new Weigering(
            status.mislukt,
            "LeerID wordt even herstart. Maak een nieuwe verbinding en stuur het bestand opnieuw.",
          );
        const handle = await fs.open(pad, vlaggen);
        return () => sftp.handle(id, handle);
      }),
    )
    .on("WRITE", (id, handle, plaats, deel) => doe(id, () => fs.schrijf(handle, plaats, deel), deel.length))
    .on("READ", (id, handle, plaats, lengte) =>
      vraag(id, 0, async () => {
        const deel = await fs.lees(handle, plaats, lengte);
        return deel ? () => sftp.data(id, deel) : () => sftp.status(id, status.einde, "");
      }),
    )
    .on("CLOSE", (id, handle) => doe(id, () => fs.sluit(handle)))
    .on("OPENDIR", (id, pad) =>
      vraag(id, pad.length, async () => {
        const handle = await fs.openMap(pad);
        return () => sftp.handle(id, handle);
      }),
    )
    .on("READDIR", (id, handle) =>
      vraag(id, 0, async () => {
        const regels = await fs.leesMap(handle);
        return regels.length > 0 ? () => sftp.name(id, regels) : () => sftp.status(id, status.einde, "");
      }),
    )
    .on("REALPATH", (id, pad) =>
      vraag(id, pad.length, async () => {
        const plek = padVan(leesPad(pad));
        return () => sftp.name(id, [regelVan(plek, mapKenmerken(undefined, ctx.clock.now()))]);
      }),
    )
    .on("FSTAT", (id, handle) =>
      vraag(id, 0, async () => {
        const kenmerken = await fs.kenmerkenVanHandle(handle);
        return () => sftp.attrs(id, kenmerken);
      }),
    )
    .on("SETSTAT", (id, pad, kenmerken) => doe(id, () => fs.zetKenmerken(pad, kenmerken)))
    .on("FSETSTAT", (id, handle, kenmerken) => doe(id, () => fs.zetKenmerkenVanHandle(handle, kenmerken)))
    .on("RENAME", (id, van, naar) => doe(id, () => fs.hernoem(van, naar)))
    .on("REMOVE", (id, pad) => doe(id, () => fs.verwijder(pad)))
    .on("MKDIR", (id) => weiger(id, geenRecht("Een map maken")))
    .on("RMDIR", (id) => weiger(id, geenRecht("Een map verwijderen")))
    .on("READLINK", (id) => weiger(id, nietHier("Een koppeling lezen")))
    .on("SYMLINK", (id) => weiger(id, nietHier("Een koppeling maken")))
    .on("EXTENDED", (id: number) => weiger(id, nietHier("Deze uitbreiding")));
  for (const soort of ["STAT", "LSTAT"] as const)
    sftp.on(soort as "STAT", (id: number, pad: string) =>
      vraag(id, pad.length, async () => {
        const kenmerken = await fs.kenmerken(pad);
        return () => sftp.attrs(id, kenmerken);
      }),
    );

  sftp.on("error", () => eindig("protocol"));
  // The client sends nothing more; what it sent is still answered.
  sftp.on("end", () => void rij.then(() => sftp.end()));
  const weg = () => {
    stop.abort();
    void rij.then(() => fs.weg());
  };
  sftp.on("close", weg);
  stop.signal.addEventListener("abort", () => void rij.then(() => fs.weg()), { once: true });

  return {
    rustig: () => wachtend === 0 && !fs.bezig(),
    sinds: () => fs.sinds(),
    stop: () => {
      stopt = true;
    },
    klaar: () => rij,
  };
}
