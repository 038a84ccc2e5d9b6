import { createHash } from "node:crypto";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type ConnectConfig, type SFTPWrapper } from "ssh2";
import { z } from "zod";
import type { Config } from "./config.ts";
import type { DropFile } from "./drop-file.ts";
import { PakketError } from "./problem.ts";
import { TryLater } from "./retry.ts";

/** The receipt of LeerID, the parts that we use (interface contract: School package). */
const ontvangstSchema = z.object({
  status: z.enum(["verwerkt", "deels", "aangehouden", "geweigerd"]),
  ontvangen: z.number(),
  aanvaard: z.number(),
  quarantaine: z.array(
    z.object({ regel: z.number(), veld: z.string().nullable(), code: z.string(), melding: z.string() }),
  ),
  reden: z.object({ code: z.string(), melding: z.string(), herstel: z.string() }).optional(),
});
export type Ontvangst = z.output<typeof ontvangstSchema>;

/** One connection to the dropserver. */
export type Dropserver = {
  /** Writes the file and waits until the server says that it has it. */
  deliver(file: DropFile): Promise<void>;
  /** The receipt, or undefined while there is none. */
  ontvangst(naam: string): Promise<Ontvangst | undefined>;
  close(): void;
};

/** The codes of SFTP (draft-ietf-secsh-filexfer-02, section 7) that we tell apart. */
const einde = 1;
const nietGevonden = 2;
const nooit = new Set([3, 5, 8]);
const mislukt = 4;

const fingerprint = (sleutel: Buffer): string =>
  `SHA256:${createHash("sha256").update(sleutel).digest("base64").replace(/=+$/, "")}`;

/**
 * Signs in with the package's key, at the server whose key was told beforehand only.
 * @throws PakketError when the key of either side is not right; TryLater when it may go better in a moment
 */
export async function connect(config: Config): Promise<Dropserver> {
  const { sftp: waar } = config;
  const client = new Client();
  let getoond: string | undefined;
  const dood = new Promise<never>((_, reject) => {
    client.once("close", () => reject(new TryLater("De verbinding met de dropserver viel weg.")));
  });
  dood.catch(() => {});
  const opties: ConnectConfig = {
    host: waar.host,
    port: waar.poort,
    username: waar.gebruiker,
    privateKey: config.sshSleutel,
    ...(waar.wachtzin === undefined ? {} : { passphrase: waar.wachtzin }),
    hostVerifier: (sleutel: Buffer) => {
      getoond = fingerprint(sleutel);
      return waar.hostsleutels.includes(getoond);
    },
    readyTimeout: 30_000,
    keepaliveInterval: 15_000,
  };
  await new Promise<void>((resolve, reject) => {
    client.once("ready", resolve);
    client.on("error", (error: Error & { level?: string }) => {
      if (getoond !== undefined && !waar.hostsleutels.includes(getoond))
        reject(
          new PakketError(
            `${waar.host} toont een andere sleutel dan in de configuratie staat (${getoond}). Er is niets verstuurd. ` +
              "Vraag LeerID of de sleutel veranderd is voordat je sftp.hostsleutels aanpast.",
          ),
        );
      else if (error.level === "client-authentication")
        reject(
          new PakketError(
            `De dropserver aanvaardt de sleutel van ${waar.gebruiker} niet. Kent LeerID de publieke sleutel die hoort bij sftp.private_key_bestand?`,
          ),
        );
      else reject(new TryLater(`De dropserver ${waar.host} is niet te bereiken.`));
    });
    try {
      client.connect(opties);
    } catch {
      reject(
        new PakketError(
          "sftp.private_key_bestand is geen sleutel die te lezen is, of de wachtzin klopt niet.",
          2,
        ),
      );
    }
  });
  const sftp = await Promise.race([dood, promised<SFTPWrapper>((klaar) => client.sftp(klaar))]).catch(
    (error: unknown) => {
      client.end();
      throw error instanceof TryLater ? error : new TryLater("De dropserver opent geen SFTP.");
    },
  );
  const write = (naam: string, inhoud: Buffer) =>
    withExplanation(basename(naam), () =>
      Promise.race([
        dood,
        promised<undefined>((klaar) => sftp.writeFile(naam, inhoud, klaar as (error?: Error | null) => void)),
      ]),
    );
  return {
    async deliver({ naam, inhoud, sha256 }) {
      // The sum first: what LeerID reads when the file is closed, it can check at once.
      await write(`inkomend/${naam}.sha256`, Buffer.from(`${sha256}  ${naam}\n`));
      if (!waar.tijdelijke_naam) return void (await write(`inkomend/${naam}`, inhoud));
      const tijdelijk = `inkomend/${naam}.part`;
      await write(tijdelijk, inhoud);
      await withExplanation(naam, () =>
        Promise.race([
          dood,
          promised<undefined>((klaar) =>
            sftp.rename(tijdelijk, `inkomend/${naam}`, klaar as (error?: Error | null) => void),
          ),
        ]),
      );
    },
    async ontvangst(naam) {
      try {
        const inhoud = await Promise.race([dood, readWhole(sftp, `ontvangst/${naam}.ontvangst.json`)]);
        const gelezen = ontvangstSchema.safeParse(JSON.parse(inhoud.toString("utf8")));
        if (!gelezen.success)
          throw new PakketError(
            "De ontvangst van LeerID heeft een onbekende vorm. Is er een nieuwe versie van dit programma?",
          );
        return gelezen.data;
      } catch (error) {
        if ((error as { code?: unknown }).code === nietGevonden) return undefined;
        if (error instanceof PakketError || error instanceof TryLater) throw error;
        throw new TryLater("De ontvangst is niet te lezen.");
      }
    },
    close: () => client.end(),
  };
}

/**
 * What the server says about a file that it refuses. The protocol has one code for "never" and "not now" alike, so that one is tried
 * again: LeerID takes a file once, however often it comes.
 */
async function withExplanation<T>(naam: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TryLater || error instanceof PakketError) throw error;
    const { code, message } = error as Error & { code?: unknown };
    const uitleg = `De dropserver neemt ${naam} niet aan. ${message}`;
    if (typeof code === "number" && nooit.has(code)) throw new PakketError(uitleg);
    throw new TryLater(code === mislukt ? uitleg : `Versturen naar de dropserver brak af (${message}).`);
  }
}

/** Reads to the end, without asking how long a file is: not every server tells. Nothing is under way afterwards. */
async function readWhole(sftp: SFTPWrapper, naam: string): Promise<Buffer> {
  const handle = await promised<Buffer>((klaar) => sftp.open(naam, "r", klaar));
  const delen: Buffer[] = [];
  for (let plaats = 0; ;) {
    const ruimte = Buffer.alloc(32_768);
    const gelezen = await promised<number>((klaar) =>
      sftp.read(handle, ruimte, 0, ruimte.length, plaats, klaar),
    ).catch((error: unknown) => {
      if ((error as { code?: unknown }).code === einde) return 0;
      throw error;
    });
    if (gelezen === 0) break;
    delen.push(ruimte.subarray(0, gelezen));
    plaats += gelezen;
  }
  await promised<undefined>((klaar) => sftp.close(handle, klaar as (error?: Error | null) => void));
  return Buffer.concat(delen);
}

function promised<T>(work: (done: (error: Error | null | undefined, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    work((error, value) => (error ? reject(error) : resolve(value as T)));
  });
}

/** Waits for a receipt, asking less and less often; undefined when there is none yet after `seconden`. */
export async function awaitOntvangst(
  server: Dropserver,
  naam: string,
  seconden: number,
): Promise<Ontvangst | undefined> {
  const einde = performance.now() + seconden * 1000;
  for (let pauze = 200; ; pauze = Math.min(10_000, pauze * 1.5)) {
    const ontvangst = await server.ontvangst(naam);
    if (ontvangst !== undefined) return ontvangst;
    if (performance.now() + pauze > einde) return undefined;
    await sleep(pauze);
  }
}
