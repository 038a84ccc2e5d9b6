import { command, Refused } from "./contract.ts";

/** The provider of adults, before the first adult needs it. */
export const medewerkers = [
  command({
    words: "medewerkers toets",
    does: "vragen of de provider van medewerkers alles levert, zonder iemand aan te melden",
    more: [
      "Kijkt na, met LEERID_ACM_URL en de vier instellingen LEERID_MEDEWERKERS_: adres, issuer, code flow met PKCE, scopes, claims, acr, handtekening, terugkeeradres en geheim. Een databank is er niet voor nodig.",
      "✔ is in orde, ✖ niet, met wie het kan oplossen; bij ? zegt de provider het niet: vraag het na.",
    ],
    example: "medewerkers toets",
    refused: "de provider is niet bereikbaar of levert niet alles, met een regel per vaststelling",
    async run({ config: { medewerkers: provider, urls, LEERID_PRODUCTIE: production } }) {
      if (!provider)
        throw new Refused(
          "De vier instellingen LEERID_MEDEWERKERS_ ontbreken: zonder kan geen medewerker binnen. Wie ze weet: de beheerder van de provider.",
        );
      const { examineProvider } = await import("./medewerkers-provider.ts");
      const findings = await examineProvider(provider, { acm: urls.acm, production });
      for (const { holds, what } of findings)
        if (holds !== false)
          console.log(holds ? `✔ ${what}` : `? ${what}: de provider zegt het niet; vraag het na`);
      const faults = findings.filter(({ holds }) => holds === false);
      if (faults.length > 0)
        throw new Refused(faults.map(({ fault, mends }) => `✖ ${fault}. ${mends}`).join("\n"));
      console.log("De provider van medewerkers levert wat LeerID nodig heeft.");
    },
  }),
];
