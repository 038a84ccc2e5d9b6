import type { Attributes, FileEntry } from "ssh2";
import type { Context } from "#platform/context";
import { findBestand, findOntvangst, listOntvangsten, listWachtende } from "#modules/leveringen";
import type { Budget, Deel } from "./budget.ts";
import { status, Weigering, type Grenzen, type Metingen } from "./contract.ts";
import { bestandKenmerken, mapKenmerken, regelVan } from "./entries.ts";
import { neemBestand, neemSom, type Wie } from "./files.ts";
import { heel, leesPad, legeInhoud, schrijf, soortVan, type Inhoud, type Plek, type Soort } from "./rules.ts";

/** What all sessions of a process share. */
export type Dienst = {
  readonly ctx: Context;
  readonly grenzen: Grenzen;
  readonly budget: Budget;
  readonly metingen: Metingen;
  /** @throws Weigering when the package may not send now */
  readonly magSturen: (wie: Wie) => Promise<void>;
};

type Upload = {
  readonly soort: "upload";
  readonly naam: string;
  readonly wat: Soort;
  readonly inhoud: Inhoud;
  readonly deel: Deel;
  readonly sinds: number;
  /** Why nothing will come of it any more. */
  fout: Weigering | undefined;
};
/** A line of a listing, before it is drawn up: thousands at once would keep others waiting. */
type Regel = { readonly naam: string; readonly kenmerken: () => Attributes };
type Handle =
  | Upload
  | { readonly soort: "ontvangst"; readonly inhoud: Buffer; readonly deel: Deel }
  | { readonly soort: "map"; readonly regels: readonly Regel[]; gelezen: number; readonly deel: Deel };

/** Flags of OPEN (draft-ietf-secsh-filexfer-02, section 6.3). */
const vlag = { lezen: 1, schrijven: 2, achteraan: 4, maken: 8, leegmaken: 16, nieuw: 32 } as const;

/** Most that one answer carries: what every client can take. */
const langsteDeel = 32_768;
const regelsPerKeer = 120; // names as long as ours: 29 kB, and some clients take 34
/** What an entry of a listing takes in memory, about. */
const bytesPerRegel = 300;

const geenBestand = () => new Weigering(status.geenBestand, "Dit bestand bestaat niet.");
const nooit = (wat: string) =>
  new Weigering(status.geenRecht, `${wat} kan hier niet. Sturen kan in /inkomend, lezen in /ontvangst.`);

/** The file system of one package on one session: what each request does. Requests come one after the other. */
export type Bestandssysteem = ReturnType<typeof maakBestandssysteem>;

/** A fresh session of a package. `stop` fires when its connection is gone. */
export function maakBestandssysteem(dienst: Dienst, wie: Wie, stop: AbortSignal) {
  const { ctx, grenzen, budget } = dienst;
  const handles = new Map<number, Handle>();
  /** Whole files under a temporary name: they count when they get their name, in this same session. */
  const tijdelijk = new Map<string, { readonly inhoud: Buffer; readonly deel: Deel }>();
  let volgende = 0;

  const bewaar = (handle: Handle): Buffer => {
    if (stop.aborted) {
      handle.deel.geefTerug();
      throw new Weigering(status.mislukt, "De verbinding is weg.");
    }
    const nummer = (volgende = (volgende + 1) % 0x1_0000_0000);
    handles.set(nummer, handle);
    const naam = Buffer.alloc(4);
    naam.writeUInt32BE(nummer);
    return naam;
  };
  const nummerVan = (naam: Buffer): number => (naam.length === 4 ? naam.readUInt32BE() : -1);
  const handleVan = (naam: Buffer): Handle => {
    const handle = handles.get(nummerVan(naam));
    if (!handle) throw new Weigering(status.mislukt, "Dit bestand is niet open.");
    return handle;
  };
  const neemPlaats = async (bytes: number): Promise<Deel> => {
    if (handles.size >= grenzen.handles)
      throw new Weigering(status.mislukt, `Er zijn ${grenzen.handles} bestanden open. Sluit er eerst een.`);
    // Who holds nothing may wait for its turn; who holds something might wait for itself.
    const wacht = handles.size === 0 && tijdelijk.size === 0;
    const deel = await budget.neem(wie.pakket, bytes, { wacht, stop });
    if (!deel)
      throw new Weigering(
        status.mislukt,
        "Er worden nu te veel bestanden tegelijk gestuurd. Probeer dit bestand opnieuw.",
      );
    return deel;
  };
  const ontvangstVan = async (naam: string): Promise<Buffer> => {
    const bestand = naam.endsWith(".ontvangst.json") ? naam.slice(0, -".ontvangst.json".length) : undefined;
    const ontvangst = bestand === undefined ? undefined : await findOntvangst(ctx, wie.pakket, bestand);
    if (ontvangst === undefined) throw geenBestand();
    if (ontvangst === "wacht")
      throw new Weigering(
        status.geenBestand,
        "Deze ontvangst is er nog niet: het bestand wordt nog verwerkt. Kijk straks opnieuw.",
      );
    return Buffer.from(JSON.stringify(ontvangst));
  };
  const openUpload = (naam: string): Upload | undefined =>
    [...handles.values()].find((een): een is Upload => een.soort === "upload" && een.naam === naam);

  const neem = async (wat: Soort, naam: string, inhoud: Buffer): Promise<void> => {
    if (wat === "bestand") await neemBestand(ctx, wie, naam, inhoud, dienst.metingen);
    else if (wat === "som") await neemSom(ctx, wie, naam, inhoud);
  };

  const kenmerkenVan = async (plek: Plek): Promise<Attributes> => {
    const nu = ctx.clock.now();
    if (plek.soort === "wortel") return mapKenmerken(undefined, nu);
    if (plek.soort === "map") return mapKenmerken(plek.map, nu);
    if (plek.map === "ontvangst")
      return bestandKenmerken("ontvangst", (await ontvangstVan(plek.naam)).length, nu);
    const hier = openUpload(plek.naam)?.inhoud.lengte ?? tijdelijk.get(plek.naam)?.inhoud.length;
    if (hier !== undefined) return bestandKenmerken("inkomend", hier, nu);
    // Some clients ask the size of what they sent, also when it was handled meanwhile.
    const eerder = await findBestand(ctx, wie.pakket, plek.naam);
    if (!eerder) throw geenBestand();
    return bestandKenmerken("inkomend", eerder.bytes, eerder.ontvangenOp);
  };

  const openBestand = async (plek: Plek, vlaggen: number): Promise<Buffer> => {
    if (plek.soort !== "bestand") throw new Weigering(status.mislukt, "Dit is een map.");
    const { map, naam } = plek;
    if (map === "ontvangst") {
      if (vlaggen & ~(vlag.lezen | vlag.nieuw))
        throw new Weigering(status.geenRecht, "In /ontvangst kan je alleen lezen.");
      const inhoud = await ontvangstVan(naam);
      return bewaar({ soort: "ontvangst", inhoud, deel: await neemPlaats(inhoud.length) });
    }
    if (vlaggen & vlag.lezen || !(vlaggen & vlag.schrijven))
      throw new Weigering(status.geenRecht, "In /inkomend kan je alleen schrijven.");
    if (vlaggen & vlag.achteraan)
      throw new Weigering(
        status.nietOndersteund,
        "Achteraan bijschrijven kan niet: stuur het bestand opnieuw van het begin.",
      );
    const wat = soortVan(naam);
    if (openUpload(naam))
      throw new Weigering(status.mislukt, "Dit bestand wordt al gestuurd in deze sessie.");
    const bestaat = tijdelijk.has(naam);
    if (bestaat && !(vlaggen & vlag.leegmaken))
      throw new Weigering(
        status.mislukt,
        "Verdergaan met een half bestand kan niet: stuur het opnieuw van het begin.",
      );
    if (bestaat && vlaggen & vlag.nieuw) throw new Weigering(status.mislukt, "Dit bestand bestaat al.");
    if (!bestaat && !(vlaggen & vlag.maken)) throw geenBestand();
    await dienst.magSturen(wie);
    const deel = await neemPlaats(wat === "som" ? grenzen.som : grenzen.bestand);
    return bewaar({
      soort: "upload",
      naam,
      wat,
      inhoud: legeInhoud(),
      deel,
      sinds: performance.now(),
      fout: undefined,
    });
  };

  const sluit = async (naam: Buffer): Promise<void> => {
    const handle = handleVan(naam);
    handles.delete(nummerVan(naam));
    let houd = false;
    try {
      if (handle.soort !== "upload") return;
      if (handle.fout) throw handle.fout;
      const inhoud = heel(handle.inhoud);
      if (handle.wat === "tijdelijk") {
        tijdelijk.get(handle.naam)?.deel.geefTerug();
        tijdelijk.set(handle.naam, { inhoud: Buffer.from(inhoud), deel: handle.deel });
        handle.deel.houd(inhoud.length);
        houd = true;
      } else await neem(handle.wat, handle.naam, inhoud);
    } finally {
      if (!houd) handle.deel.geefTerug();
    }
  };

  const hernoem = async (van: Plek, naar: Plek): Promise<void> => {
    if (
      van.soort !== "bestand" ||
      van.map !== "inkomend" ||
      naar.soort !== "bestand" ||
      naar.map !== "inkomend"
    )
      throw nooit("Van plaats veranderen");
    const bron = tijdelijk.get(van.naam);
    if (!bron) {
      if (openUpload(van.naam))
        throw new Weigering(status.mislukt, "Sluit het bestand voor je het een andere naam geeft.");
      if (await findBestand(ctx, wie.pakket, van.naam))
        throw nooit("Een bestand dat ontvangen is een andere naam geven");
      throw geenBestand();
    }
    const wat = soortVan(naar.naam);
    if (wat === "tijdelijk") {
      if (tijdelijk.has(naar.naam)) throw new Weigering(status.mislukt, "Er is al een bestand met die naam.");
      tijdelijk.set(naar.naam, bron);
      tijdelijk.delete(van.naam);
      return;
    }
    if (bron.inhoud.length > (wat === "som" ? grenzen.som : grenzen.bestand))
      throw new Weigering(status.mislukt, "Dit is te groot voor een controlesom.");
    await neem(wat, naar.naam, bron.inhoud);
    tijdelijk.delete(van.naam);
    bron.deel.geefTerug();
  };

  const verwijder = async (plek: Plek): Promise<void> => {
    if (plek.soort !== "bestand" || plek.map !== "inkomend") throw nooit("Verwijderen");
    const bron = tijdelijk.get(plek.naam);
    if (bron) {
      tijdelijk.delete(plek.naam);
      bron.deel.geefTerug();
    } else if (await findBestand(ctx, wie.pakket, plek.naam))
      throw nooit("Een bestand dat ontvangen is verwijderen");
    else throw geenBestand();
  };

  /** Clients set times and rights of what they sent; that means nothing here, and may not fail. A size is something else. */
  const zetKenmerken = (kenmerken: Attributes, huidig: number): void => {
    if (kenmerken.size !== undefined && kenmerken.size !== huidig)
      throw new Weigering(
        status.nietOndersteund,
        "De lengte van een bestand veranderen kan niet: stuur het opnieuw.",
      );
  };

  const lijst = async (plek: Plek): Promise<Regel[]> => {
    if (plek.soort === "bestand") throw new Weigering(status.mislukt, "Dit is geen map.");
    const nu = ctx.clock.now();
    if (plek.soort === "wortel")
      return (["inkomend", "ontvangst"] as const).map((map) => ({
        naam: map,
        kenmerken: () => mapKenmerken(map, nu),
      }));
    if (plek.map === "ontvangst")
      return (await listOntvangsten(ctx, wie.pakket)).map(({ naam, bytes, klaarOp }) => ({
        naam,
        kenmerken: () => bestandKenmerken("ontvangst", bytes, klaarOp),
      }));
    return [
      ...(await listWachtende(ctx, wie.pakket)).map(({ naam, bytes, ontvangenOp }) => ({
        naam,
        kenmerken: () => bestandKenmerken("inkomend", bytes, ontvangenOp),
      })),
      ...[...tijdelijk].map(([naam, { inhoud }]) => ({
        naam,
        kenmerken: () => bestandKenmerken("inkomend", inhoud.length, nu),
      })),
    ];
  };

  return {
    open: (pad: string, vlaggen: number) => openBestand(leesPad(pad), vlaggen),
    async lees(naam: Buffer, plaats: number, lengte: number): Promise<Buffer | undefined> {
      const handle = handleVan(naam);
      if (handle.soort !== "ontvangst") throw nooit("Lezen");
      if (!(plaats < handle.inhoud.length)) return undefined;
      return handle.inhoud.subarray(plaats, plaats + Math.min(lengte, langsteDeel));
    },
    async schrijf(naam: Buffer, plaats: number, deel: Buffer): Promise<void> {
      const handle = handleVan(naam);
      if (handle.soort !== "upload") throw nooit("Schrijven");
      if (handle.fout) throw handle.fout;
      try {
        schrijf(handle.inhoud, plaats, deel, handle.wat === "som" ? grenzen.som : grenzen.bestand);
      } catch (error) {
        // The memory is for others now; the handle stays, to say at its end what was wrong.
        handle.fout = error instanceof Weigering ? error : undefined;
        Object.assign(handle.inhoud, legeInhoud());
        handle.deel.geefTerug();
        throw error;
      }
    },
    sluit,
    hernoem: (van: string, naar: string) => hernoem(leesPad(van), leesPad(naar)),
    verwijder: (pad: string) => verwijder(leesPad(pad)),
    kenmerken: (pad: string) => kenmerkenVan(leesPad(pad)),
    async kenmerkenVanHandle(naam: Buffer): Promise<Attributes> {
      const handle = handleVan(naam);
      const nu = ctx.clock.now();
      if (handle.soort === "map") return mapKenmerken(undefined, nu);
      return handle.soort === "upload"
        ? bestandKenmerken("inkomend", handle.inhoud.lengte, nu)
        : bestandKenmerken("ontvangst", handle.inhoud.length, nu);
    },
    async zetKenmerken(pad: string, kenmerken: Attributes): Promise<void> {
      const plek = leesPad(pad);
      if (plek.soort !== "bestand" || plek.map !== "inkomend") throw nooit("Dit veranderen");
      zetKenmerken(kenmerken, (await kenmerkenVan(plek)).size);
    },
    async zetKenmerkenVanHandle(naam: Buffer, kenmerken: Attributes): Promise<void> {
      const handle = handleVan(naam);
      if (handle.soort !== "upload") throw nooit("Dit veranderen");
      zetKenmerken(kenmerken, handle.inhoud.lengte);
    },
    async openMap(pad: string): Promise<Buffer> {
      const regels = await lijst(leesPad(pad));
      return bewaar({
        soort: "map",
        regels,
        gelezen: 0,
        deel: await neemPlaats(regels.length * bytesPerRegel),
      });
    },
    async leesMap(naam: Buffer): Promise<FileEntry[]> {
      const handle = handleVan(naam);
      if (handle.soort !== "map") throw new Weigering(status.mislukt, "Dit is geen map.");
      const regels = handle.regels.slice(handle.gelezen, handle.gelezen + regelsPerKeer);
      handle.gelezen += regels.length;
      return regels.map(({ naam: een, kenmerken }) => regelVan(een, kenmerken()));
    },
    /** Is a file being sent, or is a whole one waiting for its name? */
    bezig: () => tijdelijk.size > 0 || [...handles.values()].some((een) => een.soort === "upload"),
    /** Since when (performance.now) the file that takes longest is being sent. */
    sinds: () =>
      Math.min(
        ...[...handles.values()].map((een) =>
          een.soort === "upload" ? een.sinds : Number.POSITIVE_INFINITY,
        ),
      ),
    /** The end, whichever way: what has no name yet is gone, as if it never came. */
    weg(): void {
      for (const { deel } of [...handles.values(), ...tijdelijk.values()]) deel.geefTerug();
      handles.clear();
      tijdelijk.clear();
    },
  };
}
