import type { Config } from "#platform/config";
import type { Context } from "#platform/context";
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
  command({
    words: "adressen toon",
    does: "de adressen van onze sites, zoals ze voor alle servers geregistreerd zijn",
    example: "adressen toon",
    refused: "de instellingen hier verschillen van wat geregistreerd is",
    run: ({ config }) => withContext(config, (ctx) => showAdressen(config, ctx)),
  }),
  command({
    words: "adressen zet",
    does: "de adressen uit de instellingen registreren, voor alle servers tegelijk",
    more: [
      "ACM aanvaardt daarna alleen nog deze. Servers met andere instellingen waarschuwen in hun logboek.",
    ],
    example: "adressen zet",
    refused: "geweigerd",
    run: ({ config }) =>
      withContext(config, async (ctx) => {
        const { setAdressen } = await import("#registration");
        await setAdressen(ctx, config.urls);
        await showAdressen(config, ctx);
      }),
  }),
];

/** @throws Refused when the settings here say something else than what is registered */
async function showAdressen(config: Config, ctx: Context): Promise<void> {
  const { compareAdressen } = await import("#registration");
  const found = await compareAdressen(ctx, config.urls);
  for (const { site, geregistreerd, hier } of found)
    console.log(
      `${site.padEnd(14)} ${geregistreerd ?? "nog niet geregistreerd"}${geregistreerd === hier ? "" : `   (de instellingen hier zeggen ${hier})`}`,
    );
  if (found.some(({ geregistreerd, hier }) => geregistreerd !== hier))
    throw new Refused(
      "De instellingen hier verschillen van wat geregistreerd is. Pas de instellingen aan, of geef leerid adressen zet.",
    );
}
