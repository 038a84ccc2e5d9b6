import type { Socket } from "node:net";
import type { AuthContext, Connection } from "ssh2";
import { describeError } from "#platform/log";
import type { Service } from "./file-system.ts";
import type { Wie } from "./files.ts";
import { serve, type Sessie } from "./session.ts";
import { findWie, signIn } from "./sign-in.ts";

/** A connection that is served. */
export type Guest = {
  /** Ends when it does nothing; refuses new files. */
  stop(): void;
  cutOff(): void;
  /** Everything that it began is done. */
  done(): Promise<void>;
};

const meestePogingen = 6;
/** How often is looked at how long a connection takes, and whether its key still counts. */
const kijkElke = 5000;
const sleutelElke = 60_000;

/** Serves one connection that said hello. */
export function receiveGuest(dienst: Service, client: Connection, socket: Socket): Guest {
  const { ctx, grenzen, metingen } = dienst;
  const sessies = new Set<Sessie>();
  let wie: (Wie & { readonly vingerafdruk: string }) | undefined;
  let geopend = 0;
  let pogingen = 0;
  let last = performance.now();
  let gekeken = last;
  let stopt = false;

  const cutOff = (reden: string) => {
    if (socket.destroyed) return;
    ctx.log.warn({ ...(wie && { pakket: wie.pakket }), reden }, "verbinding met de dropserver verbroken");
    metingen.refusal(reden);
    socket.destroy();
  };
  const trySignIn = async (poging: AuthContext) => {
    try {
      wie = (await signIn(ctx, poging)) ?? wie;
    } catch (error) {
      ctx.log.warn(describeError(error), "aanmelden bij de dropserver lukte niet");
      poging.reject(["publickey"]);
    }
  };
  const isIdle = () => [...sessies].every((one) => one.isIdle());
  const checkSleutel = async () => {
    const nog = wie && (await findWie(ctx, wie.pakket, wie.vingerafdruk));
    if (!nog) cutOff("sleutel-weg");
  };
  const kijk = setInterval(() => {
    const nu = performance.now();
    if (isIdle() && nu - last > grenzen.rust) client.end();
    else if ([...sessies].some((one) => nu - one.sinds() > grenzen.duur)) cutOff("te-traag");
    else if (wie && nu - gekeken > sleutelElke) {
      gekeken = nu;
      checkSleutel().catch((error: unknown) => ctx.log.warn(describeError(error), "sleutel niet nagekeken"));
    }
  }, kijkElke);
  const aanmelden = setTimeout(() => {
    if (!wie) cutOff("niet-aangemeld");
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
    if (++pogingen > meestePogingen) return cutOff("te-veel-pogingen");
    void trySignIn(poging);
  });
  client.on("ready", () => {
    clearTimeout(aanmelden);
    last = performance.now();
    metingen.connection("aangemeld");
  });
  client.on("session", (accept, reject) => {
    if (stopt || geopend >= grenzen.sessies) return reject();
    geopend += 1;
    const sessie = accept();
    sessie.on("error", () => cutOff("protocol"));
    sessie.on("sftp", (accepteer, weiger) => {
      if (!wie) return weiger();
      const sftp = accepteer();
      const bediend = serve(dienst, wie, sftp, {
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        cutOff,
        touch: () => {
          last = performance.now();
        },
        inFlight: () => socket.writableLength,
      });
      if (stopt) bediend.stop();
      sessies.add(bediend);
      sftp.once("close", () => {
        void bediend.done().then(() => sessies.delete(bediend));
      });
    });
    sessie.once("close", () => {
      geopend -= 1;
    });
  });
  return {
    stop() {
      stopt = true;
      for (const one of sessies) one.stop();
      const end = () => {
        if (isIdle()) client.end();
      };
      end();
      const vaker = setInterval(end, 100);
      socket.once("close", () => clearInterval(vaker));
    },
    cutOff: () => socket.destroy(),
    done: async () => {
      await Promise.all([...sessies].map((one) => one.done()));
    },
  };
}
