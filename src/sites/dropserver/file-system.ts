import type { Attributes, FileEntry } from "ssh2";
import type { Context } from "#platform/context";
import { findFile, findOntvangst, listOntvangsten, listWaiting } from "#modules/leveringen";
import type { Budget, Part } from "./budget.ts";
import { status, SftpRefusal, type Limits, type DropMetrics } from "./contract.ts";
import { fileAttributes, folderAttributes, regelOf } from "./entries.ts";
import { takeFile, takeSum, type Wie } from "./files.ts";
import {
  whole,
  readPath,
  emptyContent,
  write,
  kindOf,
  type Content,
  type Spot,
  type Soort,
} from "./rules.ts";

/** What all sessions of a process share. */
export type Service = {
  readonly ctx: Context;
  readonly grenzen: Limits;
  readonly budget: Budget;
  readonly metingen: DropMetrics;
  /** @throws Weigering when the package may not send now */
  readonly maySend: (wie: Wie) => Promise<void>;
};

type Upload = {
  readonly soort: "upload";
  readonly naam: string;
  readonly wat: Soort;
  readonly inhoud: Content;
  readonly deel: Part;
  readonly sinds: number;
  /** Why nothing will come of it any more. */
  fout: SftpRefusal | undefined;
};
/** A line of a listing, before it is drawn up: thousands at once would keep others waiting. */
type Regel = { readonly naam: string; readonly attributes: () => Attributes };
type Handle =
  | Upload
  | { readonly soort: "ontvangst"; readonly inhoud: Buffer; readonly deel: Part }
  | { readonly soort: "map"; readonly regels: readonly Regel[]; gelezen: number; readonly deel: Part };

/** Flags of OPEN (draft-ietf-secsh-filexfer-02, section 6.3). */
const vlag = { lezen: 1, schrijven: 2, achteraan: 4, maken: 8, leegmaken: 16, nieuw: 32 } as const;

/** Most that one answer carries: what every client can take. */
const langsteDeel = 32_768;
const regelsPerKeer = 120; // names as long as ours: 29 kB, and some clients take 34
/** What an entry of a listing takes in memory, about. */
const bytesPerRegel = 300;

const noFile = () => new SftpRefusal(status.geenBestand, "Dit bestand bestaat niet.");
const never = (wat: string) =>
  new SftpRefusal(status.geenRecht, `${wat} kan hier niet. Sturen kan in /inkomend, lezen in /ontvangst.`);

/** The file system of one package on one session: what each request does. Requests come one after the other. */
export type FileSystem = ReturnType<typeof makeFileSystem>;

/** A fresh session of a package. `stop` fires when its connection is gone. */
export function makeFileSystem(dienst: Service, wie: Wie, stop: AbortSignal) {
  const { ctx, grenzen, budget } = dienst;
  const handles = new Map<number, Handle>();
  /** Whole files under a temporary name: they count when they get their name, in this same session. */
  const tijdelijk = new Map<string, { readonly inhoud: Buffer; readonly deel: Part }>();
  let next = 0;

  const keepFile = (handle: Handle): Buffer => {
    if (stop.aborted) {
      handle.deel.giveBack();
      throw new SftpRefusal(status.mislukt, "De verbinding is weg.");
    }
    const nummer = (next = (next + 1) % 0x1_0000_0000);
    handles.set(nummer, handle);
    const naam = Buffer.alloc(4);
    naam.writeUInt32BE(nummer);
    return naam;
  };
  const numberOf = (naam: Buffer): number => (naam.length === 4 ? naam.readUInt32BE() : -1);
  const handleOf = (naam: Buffer): Handle => {
    const handle = handles.get(numberOf(naam));
    if (!handle) throw new SftpRefusal(status.mislukt, "Dit bestand is niet open.");
    return handle;
  };
  const takePlace = async (bytes: number): Promise<Part> => {
    if (handles.size >= grenzen.handles)
      throw new SftpRefusal(status.mislukt, `Er zijn ${grenzen.handles} bestanden open. Sluit er eerst een.`);
    // Who holds nothing may wait for its turn; who holds something might wait for itself.
    const wacht = handles.size === 0 && tijdelijk.size === 0;
    const part = await budget.take(wie.pakket, bytes, { wacht, stop });
    if (!part)
      throw new SftpRefusal(
        status.mislukt,
        "Er worden nu te veel bestanden tegelijk gestuurd. Probeer dit bestand opnieuw.",
      );
    return part;
  };
  const ontvangstOf = async (naam: string): Promise<Buffer> => {
    const file = naam.endsWith(".ontvangst.json") ? naam.slice(0, -".ontvangst.json".length) : undefined;
    const ontvangst = file === undefined ? undefined : await findOntvangst(ctx, wie.pakket, file);
    if (ontvangst === undefined) throw noFile();
    if (ontvangst === "wacht")
      throw new SftpRefusal(
        status.geenBestand,
        "Deze ontvangst is er nog niet: het bestand wordt nog verwerkt. Kijk straks opnieuw.",
      );
    return Buffer.from(JSON.stringify(ontvangst));
  };
  const openUpload = (naam: string): Upload | undefined =>
    [...handles.values()].find((one): one is Upload => one.soort === "upload" && one.naam === naam);

  const take = async (wat: Soort, naam: string, inhoud: Buffer): Promise<void> => {
    if (wat === "bestand") await takeFile(ctx, wie, naam, inhoud, dienst.metingen);
    else if (wat === "som") await takeSum(ctx, wie, naam, inhoud);
  };

  const attributesOf = async (plek: Spot): Promise<Attributes> => {
    const nu = ctx.clock.now();
    if (plek.soort === "wortel") return folderAttributes(undefined, nu);
    if (plek.soort === "map") return folderAttributes(plek.map, nu);
    if (plek.map === "ontvangst")
      return fileAttributes("ontvangst", (await ontvangstOf(plek.naam)).length, nu);
    const hier = openUpload(plek.naam)?.inhoud.lengte ?? tijdelijk.get(plek.naam)?.inhoud.length;
    if (hier !== undefined) return fileAttributes("inkomend", hier, nu);
    // Some clients ask the size of what they sent, also when it was handled meanwhile.
    const eerder = await findFile(ctx, wie.pakket, plek.naam);
    if (!eerder) throw noFile();
    return fileAttributes("inkomend", eerder.bytes, eerder.ontvangenOp);
  };

  const openFile = async (plek: Spot, vlaggen: number): Promise<Buffer> => {
    if (plek.soort !== "bestand") throw new SftpRefusal(status.mislukt, "Dit is een map.");
    const { map, naam } = plek;
    if (map === "ontvangst") {
      if (vlaggen & ~(vlag.lezen | vlag.nieuw))
        throw new SftpRefusal(status.geenRecht, "In /ontvangst kan je alleen lezen.");
      const inhoud = await ontvangstOf(naam);
      return keepFile({ soort: "ontvangst", inhoud, deel: await takePlace(inhoud.length) });
    }
    if (vlaggen & vlag.lezen || !(vlaggen & vlag.schrijven))
      throw new SftpRefusal(status.geenRecht, "In /inkomend kan je alleen schrijven.");
    if (vlaggen & vlag.achteraan)
      throw new SftpRefusal(
        status.nietOndersteund,
        "Achteraan bijschrijven kan niet: stuur het bestand opnieuw van het begin.",
      );
    const wat = kindOf(naam);
    if (openUpload(naam))
      throw new SftpRefusal(status.mislukt, "Dit bestand wordt al gestuurd in deze sessie.");
    const bestaat = tijdelijk.has(naam);
    if (bestaat && !(vlaggen & vlag.leegmaken))
      throw new SftpRefusal(
        status.mislukt,
        "Verdergaan met een half bestand kan niet: stuur het opnieuw van het begin.",
      );
    if (bestaat && vlaggen & vlag.nieuw) throw new SftpRefusal(status.mislukt, "Dit bestand bestaat al.");
    if (!bestaat && !(vlaggen & vlag.maken)) throw noFile();
    await dienst.maySend(wie);
    const deel = await takePlace(wat === "som" ? grenzen.som : grenzen.bestand);
    return keepFile({
      soort: "upload",
      naam,
      wat,
      inhoud: emptyContent(),
      deel,
      sinds: performance.now(),
      fout: undefined,
    });
  };

  const close = async (naam: Buffer): Promise<void> => {
    const handle = handleOf(naam);
    handles.delete(numberOf(naam));
    let houd = false;
    try {
      if (handle.soort !== "upload") return;
      if (handle.fout) throw handle.fout;
      const inhoud = whole(handle.inhoud);
      if (handle.wat === "tijdelijk") {
        tijdelijk.get(handle.naam)?.deel.giveBack();
        tijdelijk.set(handle.naam, { inhoud: Buffer.from(inhoud), deel: handle.deel });
        handle.deel.hold(inhoud.length);
        houd = true;
      } else await take(handle.wat, handle.naam, inhoud);
    } finally {
      if (!houd) handle.deel.giveBack();
    }
  };

  const rename = async (van: Spot, naar: Spot): Promise<void> => {
    if (
      van.soort !== "bestand" ||
      van.map !== "inkomend" ||
      naar.soort !== "bestand" ||
      naar.map !== "inkomend"
    )
      throw never("Van plaats veranderen");
    const bron = tijdelijk.get(van.naam);
    if (!bron) {
      if (openUpload(van.naam))
        throw new SftpRefusal(status.mislukt, "Sluit het bestand voor je het een andere naam geeft.");
      if (await findFile(ctx, wie.pakket, van.naam))
        throw never("Een bestand dat ontvangen is een andere naam geven");
      throw noFile();
    }
    const wat = kindOf(naar.naam);
    if (wat === "tijdelijk") {
      if (tijdelijk.has(naar.naam))
        throw new SftpRefusal(status.mislukt, "Er is al een bestand met die naam.");
      tijdelijk.set(naar.naam, bron);
      tijdelijk.delete(van.naam);
      return;
    }
    if (bron.inhoud.length > (wat === "som" ? grenzen.som : grenzen.bestand))
      throw new SftpRefusal(status.mislukt, "Dit is te groot voor een controlesom.");
    await take(wat, naar.naam, bron.inhoud);
    tijdelijk.delete(van.naam);
    bron.deel.giveBack();
  };

  const remove = async (plek: Spot): Promise<void> => {
    if (plek.soort !== "bestand" || plek.map !== "inkomend") throw never("Verwijderen");
    const bron = tijdelijk.get(plek.naam);
    if (bron) {
      tijdelijk.delete(plek.naam);
      bron.deel.giveBack();
    } else if (await findFile(ctx, wie.pakket, plek.naam))
      throw never("Een bestand dat ontvangen is verwijderen");
    else throw noFile();
  };

  /** Clients set times and rights of what they sent; that means nothing here, and may not fail. A size is something else. */
  const setAttributes = (kenmerken: Attributes, huidig: number): void => {
    if (kenmerken.size !== undefined && kenmerken.size !== huidig)
      throw new SftpRefusal(
        status.nietOndersteund,
        "De lengte van een bestand veranderen kan niet: stuur het opnieuw.",
      );
  };

  const list = async (plek: Spot): Promise<Regel[]> => {
    if (plek.soort === "bestand") throw new SftpRefusal(status.mislukt, "Dit is geen map.");
    const nu = ctx.clock.now();
    if (plek.soort === "wortel")
      return (["inkomend", "ontvangst"] as const).map((map) => ({
        naam: map,
        attributes: () => folderAttributes(map, nu),
      }));
    if (plek.map === "ontvangst")
      return (await listOntvangsten(ctx, wie.pakket)).map(({ naam, bytes, klaarOp }) => ({
        naam,
        attributes: () => fileAttributes("ontvangst", bytes, klaarOp),
      }));
    return [
      ...(await listWaiting(ctx, wie.pakket)).map(({ naam, bytes, ontvangenOp }) => ({
        naam,
        attributes: () => fileAttributes("inkomend", bytes, ontvangenOp),
      })),
      ...[...tijdelijk].map(([naam, { inhoud }]) => ({
        naam,
        attributes: () => fileAttributes("inkomend", inhoud.length, nu),
      })),
    ];
  };

  return {
    open: (path: string, vlaggen: number) => openFile(readPath(path), vlaggen),
    async read(naam: Buffer, plaats: number, lengte: number): Promise<Buffer | undefined> {
      const handle = handleOf(naam);
      if (handle.soort !== "ontvangst") throw never("Lezen");
      if (!(plaats < handle.inhoud.length)) return undefined;
      return handle.inhoud.subarray(plaats, plaats + Math.min(lengte, langsteDeel));
    },
    async write(naam: Buffer, plaats: number, part: Buffer): Promise<void> {
      const handle = handleOf(naam);
      if (handle.soort !== "upload") throw never("Schrijven");
      if (handle.fout) throw handle.fout;
      try {
        write(handle.inhoud, plaats, part, handle.wat === "som" ? grenzen.som : grenzen.bestand);
      } catch (error) {
        // The memory is for others now; the handle stays, to say at its end what was wrong.
        handle.fout = error instanceof SftpRefusal ? error : undefined;
        Object.assign(handle.inhoud, emptyContent());
        handle.deel.giveBack();
        throw error;
      }
    },
    sluit: close,
    rename: (van: string, naar: string) => rename(readPath(van), readPath(naar)),
    remove: (path: string) => remove(readPath(path)),
    attributes: (path: string) => attributesOf(readPath(path)),
    async attributesOfHandle(naam: Buffer): Promise<Attributes> {
      const handle = handleOf(naam);
      const nu = ctx.clock.now();
      if (handle.soort === "map") return folderAttributes(undefined, nu);
      return handle.soort === "upload"
        ? fileAttributes("inkomend", handle.inhoud.lengte, nu)
        : fileAttributes("ontvangst", handle.inhoud.length, nu);
    },
    async setAttributes(path: string, kenmerken: Attributes): Promise<void> {
      const plek = readPath(path);
      if (plek.soort !== "bestand" || plek.map !== "inkomend") throw never("Dit veranderen");
      setAttributes(kenmerken, (await attributesOf(plek)).size);
    },
    async setAttributesOfHandle(naam: Buffer, kenmerken: Attributes): Promise<void> {
      const handle = handleOf(naam);
      if (handle.soort !== "upload") throw never("Dit veranderen");
      setAttributes(kenmerken, handle.inhoud.lengte);
    },
    async openFolder(path: string): Promise<Buffer> {
      const regels = await list(readPath(path));
      return keepFile({
        soort: "map",
        regels,
        gelezen: 0,
        deel: await takePlace(regels.length * bytesPerRegel),
      });
    },
    async readFolder(naam: Buffer): Promise<FileEntry[]> {
      const handle = handleOf(naam);
      if (handle.soort !== "map") throw new SftpRefusal(status.mislukt, "Dit is geen map.");
      const regels = handle.regels.slice(handle.gelezen, handle.gelezen + regelsPerKeer);
      handle.gelezen += regels.length;
      return regels.map(({ naam: one, attributes }) => regelOf(one, attributes()));
    },
    /** Is a file being sent, or is a whole one waiting for its name? */
    isBusy: () => tijdelijk.size > 0 || [...handles.values()].some((one) => one.soort === "upload"),
    /** Since when (performance.now) the file that takes longest is being sent. */
    sinds: () =>
      Math.min(
        ...[...handles.values()].map((one) =>
          one.soort === "upload" ? one.sinds : Number.POSITIVE_INFINITY,
        ),
      ),
    /** The end, whichever way: what has no name yet is gone, as if it never came. */
    abandon(): void {
      for (const { deel } of [...handles.values(), ...tijdelijk.values()]) deel.giveBack();
      handles.clear();
      tijdelijk.clear();
    },
  };
}
