import { command, Refused } from "./contract.ts";
import { wholeNumber } from "./surroundings.ts";

/** For whoever makes or tries LeerID: `npm run demo`, `bench` and `generate` are these. */
export const development = [
  command({
    words: "demo",
    does: "alles samen, met een ingebedde databank en een demowereld",
    more: [
      "Ctrl-C stopt alles, ook de databank. De gegevens staan in LEERID_DATAMAP; gooi die map weg om opnieuw te beginnen.",
    ],
    options: { leerlingen: { value: "N", does: "zoveel leerlingen in de wereld, tot 2.000.000" } },
    example: "demo --leerlingen 100000",
    refused: "geweigerd, of gestopt door een fout",
    async run({ config, options: { leerlingen } }) {
      const size =
        leerlingen === undefined ? {} : { leerlingen: wholeNumber("--leerlingen", leerlingen, 1, 2_000_000) };
      const { demo } = await import("#demo/main");
      await demo(config, size);
    },
  }),
  command({
    words: "bench",
    does: "de metingen, elk tegen zijn anker",
    options: {
      only: { value: "A,B", does: "alleen deze metingen" },
      size: { value: "S,M,L", does: "alleen deze groottes" },
    },
    example: "bench --only login-cold,sso-hop --size S",
    refused: "een meting mislukte",
    async run({ config, options: { only, size } }) {
      const { bench } = await import("#bench/main");
      await bench(config, { only: only?.split(","), size: size?.split(",") });
    },
  }),
  command({
    words: "generate",
    does: "de gegenereerde documenten maken",
    options: { check: { does: "niets schrijven: alleen zeggen welke verouderd zijn" } },
    example: "generate --check",
    refused: "met --check: een document is verouderd",
    async run({ options: { check } }) {
      const { generate } = await import("#docs/generate");
      const stale = await generate({ check: check === true });
      if (stale.length > 0)
        throw new Refused(stale.map((file) => `${file} is verouderd: geef npm run generate.`).join("\n"));
    },
  }),
];
