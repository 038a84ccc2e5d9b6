import type { DemoLeerling, MachineClient } from "./load.ts";

/** Where packages deliver, and with which keys (`demo.json`). */
export type DemoDropserver = {
  readonly host: string;
  readonly port: number;
  readonly pakketten: readonly {
    readonly pakket: string;
    readonly user: string;
    readonly private_key_file: string;
  }[];
};

/** `demo.json` (interface contract: Addresses in the demo). */
export type DemoJson = {
  readonly sites: Readonly<
    Record<
      | "acm"
      | "leerlingloket"
      | "schoolloket"
      | "beheer"
      | "api"
      | "bingel"
      | "tweede"
      | "schoolpakket"
      | "discimus"
      | "sleutel",
      string
    >
  >;
  readonly toepassingen: readonly {
    readonly naam: string;
    readonly client_id: string;
    readonly client_secret: string;
    readonly redirect_uris: readonly string[];
    readonly scopes: readonly string[];
  }[];
  readonly leerlingen: readonly DemoLeerling[];
  readonly personas: readonly { readonly geval: string; readonly naam: string; readonly login: string }[];
  readonly machine_clients: readonly MachineClient[];
  readonly dropserver: DemoDropserver;
};
