import { createHash } from "node:crypto";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type ConnectConfig, type SFTPWrapper } from "ssh2";
import { z } from "zod";
import type { Config } from "./config.ts";
import type { DropBestand } from "./drop-file.ts";
import { PakketFout } from "./problem.ts";
import { StraksOpnieuw } from "./retry.ts";

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
  lever(bestand: DropBestand): Promise<void>;
  /** The receipt, or undefined while there is none. */
  ontvangst(naam: string): Promise<Ontvangst | undefined>;
  sluit(): void;
};

/** The codes of SFTP (draft-ietf-secsh-filexfer-02, section 7) that we tell apart. */
const einde = 1;
const nietGevonden = 2;
const nooit = new Set([3, 5, 8]);
const mislukt = 4;

const vingerafdruk = (sleutel: Buffer): string =>
  `SHA256:${createHash("sha256").update(sleutel).digest("base64").replace(/=+$/, "")}`;

/**
 * Signs in with the package's key, at the server whose key was told beforehand only.
 * @throws PakketFout when the key of either side is not right; StraksOpnieuw when it may go better in a moment
 */
export async function verbind(config: Config): Promise<Dropserver> {
  const { sftp: waar } = config;
  const client = new Client();
  let getoond: string | undefined;
  const dood = new Promise<never>((_, reject) => {
    client.once("close", () => reject(new StraksOpnieuw("De verbinding met de dropserver viel weg.")));
  });
  dood.catch(() => {});
  const opties: ConnectConfig = {
    host: waar.host,
    port: waar.poort,
    username: waar.gebruiker,
    privateKey: config.sshSleutel,
    ...(waar.wachtzin === undefined ? {} : { passphrase: waar.wachtzin }),
    hostVerifier: (sleutel: Buffer) => {
      getoond = vingerafdruk(sleutel);
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
          new PakketFout(
            `${waar.host} toont een andere sleutel dan in de configuratie staat (${getoond}). Er is niets verstuurd. ` +
              "Vraag LeerID of de sleutel veranderd is voordat je sftp.hostsleutels aanpast.",
          ),
        );
      else if (error.level === "client-authentication")
        reject(
          new PakketFout(
            `De dropserver aanvaardt de sleutel van ${waar.gebruiker} niet. Kent LeerID de publieke sleutel die hoort bij sftp.private_key_bestand?`,
          ),
        );
      else reject(new StraksOpnieuw(`De dropserver ${waar.host} is niet te bereiken.`));
    });
    try {
      client.connect(opties);
    } catch {
      reject(
        new PakketFout(
          "sftp.private_key_bestand is geen sleutel die te lezen is, of de wachtzin klopt niet.",
          2,
        ),
      );
    }
  });
  const sftp = await Promise.race([dood, belofte<SFTPWrapper>((klaar) => client.sftp(klaar))]).catch(
    (error: unknown) => {
      client.end();
      throw error instanceof StraksOpnieuw ? error : new StraksOpnieuw("De dropserver opent geen SFTP.");
    },
  );
  const schrijf = (naam: string, inhoud: Buffer) =>
    metUitleg(basename(naam), () =>
      Promise.race([
        dood,
        belofte<undefined>((klaar) => sftp.writeFile(naam, inhoud, klaar as (error?: Error | null) => void)),
      ]),
    );
  return {
    async lever({ naam, inhoud, sha256 }) {
      // The sum first: what LeerID reads when the file is closed, it can check at once.
      await schrijf(`inkomend/${naam}.sha256`, Buffer.from(`${sha256}  ${naam}\n`));
      if (!waar.tijdelijke_naam) return void (await schrijf(`inkomend/${naam}`, inhoud));
      const tijdelijk = `inkomend/${naam}.part`;
      await schrijf(tijdelijk, inhoud);
      await metUitleg(naam, () =>
        Promise.race([
          dood,
          belofte<undefined>((klaar) =>
            sftp.rename(tijdelijk, `inkomend/${naam}`, klaar as (error?: Error | null) => void),
          ),
        ]),
      );
    },
    async ontvangst(naam) {
      try {
        const inhoud = await Promise.race([dood, leesHeel(sftp, `ontvangst/${naam}.ontvangst.json`)]);
        const gelezen = ontvangstSchema.safeParse(JSON.parse(inhoud.toString("utf8")));
        if (!gelezen.success)
          throw new PakketFout(
            "De ontvangst van LeerID heeft een onbekende vorm. Is er een nieuwe versie van dit programma?",
          );
        return gelezen.data;
      } catch (error) {
        if ((error as { code?: unknown }).code === nietGevonden) return undefined;
        if (error instanceof PakketFout || error instanceof StraksOpnieuw) throw error;
        throw new StraksOpnieuw("De ontvangst is niet te lezen.");
      }
    },
    sluit: () => client.end(),
  };
}

/**
 * What the server says about a file that it refuses. The protocol has one code for "never" and "not now" alike, so that one is tried
 * again: LeerID takes a file once, however often it comes.
 */
async function metUitleg<T>(naam: string, werk: () => Promise<T>): Promise<T> {
  try {
    return await werk();
  } catch (error) {
    if (error instanceof StraksOpnieuw || error instanceof PakketFout) throw error;
    const { code, message } = error as Error & { code?: unknown };
    const uitleg = `De dropserver neemt ${naam} niet aan. ${message}`;
    if (typeof code === "number" && nooit.has(code)) throw new PakketFout(uitleg);
    throw new StraksOpnieuw(code === mislukt ? uitleg : `Versturen naar de dropserver brak af (${message}).`);
  }
}

/** Reads to the end, without asking how long a file is: not every server tells. Nothing is under way afterwards. */
async function leesHeel(sftp: SFTPWrapper, naam: string): Promise<Buffer> {
  const handle = await belofte<Buffer>((klaar) => sftp.open(naam, "r", klaar));
  const delen: Buffer[] = [];
  for (let plaats = 0; ;) {
    const ruimte = Buffer.alloc(32_768);
    const gelezen = await belofte<number>((klaar) =>
      sftp.read(handle, ruimte, 0, ruimte.length, plaats, klaar),
    ).catch((error: unknown) => {
      if ((error as { code?: unknown }).code === einde) return 0;
      throw error;
    });
    if (gelezen === 0) break;
    delen.push(ruimte.subarray(0, gelezen));
    plaats += gelezen;
  }
  await belofte<undefined>((klaar) => sftp.close(handle, klaar as (error?: Error | null) => void));
  return Buffer.concat(delen);
}

function belofte<T>(
  werk: (klaar: (error: Error | null | undefined, waarde?: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    werk((error, waarde) => (error ? reject(error) : resolve(waarde as T)));
  });
}

/** Waits for a receipt, asking less and less often; undefined when there is none yet after `seconden`. */
export async function wachtOpOntvangst(
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
