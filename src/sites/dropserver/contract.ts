/** Limits of one process. None of them loses a file: who meets one waits, or is told to send again. */
export type Limits = {
  /** Connections at once; a next one waits for its turn before the handshake. */
  readonly verbindingen: number;
  /** Connections that wait for their turn; more are closed at once. */
  readonly wachtrij: number;
  /** SFTP sessions on one connection, and open handles in one session. */
  readonly sessies: number;
  readonly handles: number;
  /** Bytes of all files that are being sent now, in memory; a next file waits for its turn. */
  readonly geheugen: number;
  /** Share of it that one package may hold. */
  readonly deelPerPakket: number;
  /** Largest file as sent (D9: 2 MB), and largest checksum file. */
  readonly bestand: number;
  readonly som: number;
  /** Own quota of a package: bytes of its files that wait or are held. */
  readonly quotum: number;
  /** Milliseconds: to sign in, without any request, to send one file, and to end at a stop. */
  readonly aanmelden: number;
  readonly rust: number;
  readonly duur: number;
  readonly stoppen: number;
  /** Requests of one session, and their bytes, that may wait before we stop reading from the connection. */
  readonly vragen: number;
  readonly vraagBytes: number;
  /** Answers that a client did not take yet, before we give it up. */
  readonly antwoorden: number;
};

export const grenzen: Limits = {
  verbindingen: 200,
  wachtrij: 500,
  sessies: 4,
  handles: 32,
  geheugen: 64_000_000,
  deelPerPakket: 0.5,
  bestand: 2_000_000,
  som: 4096,
  quotum: 1_000_000_000,
  aanmelden: 20_000,
  rust: 300_000,
  duur: 600_000,
  stoppen: 10_000,
  vragen: 256,
  vraagBytes: 4_000_000,
  antwoorden: 512,
};

/** Status codes of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 7). */
export const status = {
  gelukt: 0,
  einde: 1,
  geenBestand: 2,
  geenRecht: 3,
  mislukt: 4,
  nietOndersteund: 8,
} as const;
export type Status = (typeof status)[keyof typeof status];

/** A request that is refused: the status for the program, a Dutch sentence for the person who reads its log. */
export class SftpRefusal extends Error {
  readonly status: Status;
  constructor(welke: Exclude<Status, 0>, melding: string) {
    super(melding);
    this.name = "Weigering";
    this.status = welke;
  }
}

/** What is counted, for Prometheus; no personal data. */
export type DropMetrics = {
  /** A file was taken (`nieuw`: with the status that intake gave it), with its bytes. */
  file(outcome: string, bytes: number): void;
  refusal(reden: string): void;
  connection(wat: "open" | "dicht" | "aangemeld" | "afgewezen" | "vol"): void;
};
