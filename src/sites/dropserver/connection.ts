import type { Socket } from "node:net";
import type { AuthContext, Connection } from "ssh2";
import { describeError } from "#platform/log";
import type { Dienst } from "./file-system.ts";
import type { Wie } from "./files.ts";
import { bedien, type Sessie } from "./session.ts";
import { findWie, meldAan } from "./sign-in.ts";

/** A connection that is served. */
export type Gast = {
  /** Ends when it does nothing; refuses new files. */
  stop(): void;
  kap(): void;
  /** Everything that it began is done. */
  klaar(): Promise<void>;
};

const meestePogingen = 6;
/** How often is looked at how long a connection takes, and whether its key still counts. */
const kijkElke = 5000;
const sleutelElke = 60_000;

/** Serves one connection that said hello. */
export function ontvangGast(dienst: Dienst, client: Connection, socket: Socket): Gast {
  const { ctx, grenzen, metingen } = dienst;
  const sessies = new Set<Sessie>();
  let wie: (Wie & { readonly vingerafdruk: string }) | undefined;
  let geopend = 0;
  let pogingen = 0;
  let laatste = performance.now();
  let gekeken = laatste;
  let stopt = false;

  const kap = (reden: string) => {
    if (socket.destroyed) return;
    ctx.log.warn({ ...(wie && { pakket: wie.pakket }), reden }, "verbinding met de dropserver verbroken");
    metingen.weigering(reden);
    socket.destroy();
  };
  const probeer = async (poging: AuthContext) => {
    try {
      wie = (await meldAan(ctx, poging)) ?? wie;
    } catch (error) {
      ctx.log.warn(describeError(error), "aanmelden bij de dropserver lukte niet");
      poging.reject(["publickey"]);
    }
  };
  const rustig = () => [...sessies].every((een) => een.rustig());
  const kijkSleutel = async () => {
    const nog = wie && (await findWie(ctx, wie.pakket, wie.vingerafdruk));
    if (!nog) kap("sleutel-weg");
  };
  const kijk = setInterval(() => {
    const nu = performance.now();
    if (rustig() && nu - laatste > grenzen.rust) client.end();
    else if ([...sessies].some((een) => nu - een.sinds() > grenzen.duur)) kap("te-traag");
    else if (wie && nu - gekeken > sleutelElke) {
      gekeken = nu;
      kijkSleutel().catch((error: unknown) => ctx.log.warn(describeError(error), "sleutel niet nagekeken"));
    }
  }, kijkElke);
  const aanmelden = setTimeout(() => {
    if (!wie) kap("niet-aangemeld");
  }, grenzen.aanmelden);
  socket.once("close", () => {
    clearInterval(kijk);
    clearTimeout(aanmelden);
  });

  client.on("error", (error) => {
    // The other side, or the network: nothing of ours. A bug of ours would come here too.
    const { level } = error as { level?: unknown };
    if (level === undefined && !(error as { code?: unknown }).code)
      ctx.log.warn({ ...describeError(error), fout: "ssh" }, "verbinding met de dropserver mislukt");
    socket.destroySoon();
  });
  client.on("authentication", (poging) => {
    if (++pogingen > meestePogingen) return kap("te-veel-pogingen");
    void probeer(poging);
  });
  client.on("ready", () => {
    clearTimeout(aanmelden);
    laatste = performance.now();
    metingen.verbinding("aangemeld");
  });
  client.on("session", (accept, reject) => {
    if (stopt || geopend >= grenzen.sessies) return reject();
    geopend += 1;
    const sessie = accept();
    sessie.on("error", () => kap("protocol"));
    sessie.on("sftp", (accepteer, weiger) => {
      if (!wie) return weiger();
      const sftp = accepteer();
      const bediend = bedien(dienst, wie, sftp, {
        pauzeer: () => socket.pause(),
        hervat: () => socket.resume(),
        kap,
        leeft: () => {
          laatste = performance.now();
        },
        onderweg: () => socket.writableLength,
      });
      if (stopt) bediend.stop();
      sessies.add(bediend);
      sftp.once("close", () => {
        void bediend.klaar().then(() => sessies.delete(bediend));
      });
    });
    sessie.once("close", () => {
      geopend -= 1;
    });
  });
  return {
    stop() {
      stopt = true;
      for (const een of sessies) een.stop();
      const einde = () => {
        if (rustig()) client.end();
      };
      einde();
      const vaker = setInterval(einde, 100);
      socket.once("close", () => clearInterval(vaker));
    },
    kap: () => socket.destroy(),
    klaar: async () => {
      await Promise.all([...sessies].map((een) => een.klaar()));
    },
  };
}
