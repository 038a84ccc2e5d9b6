import { command, Refused } from "./contract.ts";
import { readable, withContext } from "./surroundings.ts";

/** The log and the keys: what an operator does now and then. */
export const care = [
  command({
    words: "log verify",
    does: "de keten van de privacylog nakijken",
    options: {
      anker: { value: "BESTAND", does: "het ankerbestand dat elders bewaard is; standaard LEERID_LOG_ANKER" },
    },
    example: "log verify --anker /veilig/leerid-zegels.txt",
    refused: "de keten is geschonden, met een regel per vaststelling; of geweigerd",
    async run({ config, options: { anker } }) {
      if (anker !== undefined) await readable(anker, async () => {});
      await withContext(config, async (ctx) => {
        const { verifyChain } = await import("#modules/privacylog");
        const result = await verifyChain(ctx, { anker: anker ?? config.LEERID_LOG_ANKER });
        console.log(
          `${result.regels} regels, ${result.zegels} zegels, ${result.wachtend} regels wachten op hun zegel.`,
        );
        if (!result.inOrde) throw new Refused(result.fouten.join("\n"));
        console.log("De keten is ongeschonden.");
      });
    },
  }),
  command({
    words: "sleutels roteer",
    does: "de handtekeningsleutels van ACM vernieuwen",
    more: ["Lopende servers nemen de nieuwe vanzelf. Tokens van de vorige blijven geldig tot ze verlopen."],
    example: "sleutels roteer",
    refused: "geweigerd",
    async run({ config }) {
      await withContext(config, async (ctx) => {
        const { rotate } = await import("#modules/tokens");
        await rotate(ctx);
        console.log("Nieuwe sleutels zijn actief. Tokens van de vorige blijven geldig tot ze verlopen.");
      });
    },
  }),
];
