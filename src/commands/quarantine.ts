import { userInfo } from "node:os";
import { readDatum } from "#platform/clock";
import { command, Refused, UsageError } from "./contract.ts";
import { reasonLines } from "./quarantine-lines.ts";
import { withContext, wholeNumber } from "./surroundings.ts";

/** So many lines are listed at most. */
const most = 200;

const code = { value: "CODE", does: "alleen deze reden, bijvoorbeeld datum-ongeldig" } as const;
const levering = { value: "N", does: "alleen van deze levering" } as const;
const number = (name: string, value: string): number => wholeNumber(name, value, 1, 2 ** 53 - 1);

/** What Discimus sent and could not be taken. */
export const quarantine = [
  command({
    words: "quarantaine lijst",
    does: "berichten van Discimus die niet verwerkt konden worden: aantallen, redenen en momenten",
    more: ["Zonder gegevens van leerlingen: wat er in een bericht staat, toont alleen quarantaine lees."],
    options: {
      code,
      levering,
      sinds: { value: "JJJJ-MM-DD", does: "alleen wat sinds die dag in quarantaine kwam" },
    },
    example: "quarantaine lijst --sinds 2026-09-01",
    refused: "geweigerd",
    async run({ config, options }) {
      const { listQuarantaine } = await import("#modules/discimus");
      const sinds = options.sinds === undefined ? undefined : readDatum(options.sinds);
      if (options.sinds !== undefined && sinds === undefined)
        throw new UsageError("--sinds: geen bestaande datum JJJJ-MM-DD.");
      const choice = {
        ...(await readChoice(options)),
        ...(sinds === undefined ? {} : { sinds }),
      };
      await withContext(config, async (ctx) => {
        const reasons = await reasonLines(ctx, choice);
        if (reasons.length === 0) return console.log("Er staat niets in quarantaine.");
        const lines = await listQuarantaine(ctx, choice, most);
        console.log(
          [
            ...reasons,
            "",
            row("nr", "sinds", "levering", "regel", "reden"),
            ...lines.map((one) =>
              row(
                String(one.nr),
                momentOf(one.ontvangen_op),
                String(one.levering),
                String(one.regel),
                one.veld === null ? one.code : `${one.code} (${one.veld})`,
              ),
            ),
            ...(lines.length === most
              ? [`Alleen de ${most} nieuwste staan hier. Kies met --code, --levering of --sinds.`]
              : []),
          ].join("\n"),
        );
      });
    },
  }),
  command({
    words: "quarantaine lees",
    does: "wat er in een regel staat, met een reden; het lezen komt in de privacylog",
    more: [
      "Een regel kan de naam en het rijksregisternummer van een leerling bevatten. Bewaar wat je leest niet.",
    ],
    args: [{ name: "NR", called: "een nummer", does: "het nummer van de regel in quarantaine lijst" }],
    options: {
      reden: {
        value: "REDEN",
        does: "verplicht: waarom, in 10 tot 300 tekens, zonder gegevens van een leerling",
      },
    },
    example: 'quarantaine lees 41 --reden "melding 2026-118: maker van de software vraagt welk veld"',
    refused: "geweigerd: deze regel staat niet (meer) in quarantaine",
    async run({ config, args: [given = ""], options: { reden = "" } }) {
      const nr = number("NR", given);
      const why = reden.trim();
      if (why.length < 10 || why.length > 300 || /\d(?:[ .-]?\d){10}/.test(why))
        throw new UsageError(
          "--reden: zeg waarom, in 10 tot 300 tekens, zonder gegevens of nummers van een leerling.",
        );
      const { readLine } = await import("#modules/discimus");
      const { operatorPrefix } = await import("#modules/privacylog");
      await withContext(config, async (ctx) => {
        const { tekst } = await readLine(ctx, { nr, door: `${operatorPrefix}${operator()}`, reden: why });
        // A line comes from outside: what would move the cursor or colour the terminal is written out.
        console.log(
          tekst.replaceAll(
            // eslint-disable-next-line no-control-regex
            /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
            (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
          ),
        );
      });
    },
  }),
  command({
    words: "quarantaine speel-af",
    does: "regels in quarantaine opnieuw verwerken, zoals elk bericht",
    more: [
      "Dat helpt als LeerID zelf verbeterd is. Een fout in het bericht verbetert de school of de maker van de software: dat komt met een hogere versie vanzelf binnen.",
      "Wat nu lukt, verdwijnt uit de quarantaine; wat niet lukt, blijft. Nog eens afspelen verandert niets.",
    ],
    args: [{ name: "NR", called: "een nummer", does: "alleen deze regel", optional: true }],
    options: {
      code,
      levering,
      alles: { does: "alle regels" },
      door: { does: "exitcode 0, ook als er regels blijven" },
    },
    example: "quarantaine speel-af --code datum-ongeldig",
    refused: "geweigerd; of afgespeeld, maar er blijven regels in quarantaine (niet met --door)",
    async run({ config, args: [given], options }) {
      const { replay } = await import("#modules/discimus");
      const choice = {
        ...(await readChoice(options)),
        ...(given === undefined ? {} : { nr: number("NR", given) }),
      };
      if ((Object.keys(choice).length === 0) === (options.alles !== true))
        throw new UsageError("Kies een NR, --code, --levering of --alles.");
      await withContext(config, async (ctx) => {
        const totals = await replay(ctx, choice);
        console.log(
          `${totals.ontvangen} afgespeeld = ${totals.verwerkt} verwerkt + ${totals.ongewijzigd} ongewijzigd + ${totals.quarantaine} nog in quarantaine`,
        );
        if (totals.quarantaine === 0) return;
        const lines = (await reasonLines(ctx, choice)).join("\n");
        if (options.door !== true) throw new Refused(lines);
        console.error(lines);
      });
    },
  }),
];

/** @throws UsageError when there is no such reason, or no such number */
async function readChoice(options: { readonly code?: string; readonly levering?: string }) {
  const { quarantaineredenen } = await import("#modules/discimus");
  const reasons = Object.keys(quarantaineredenen) as (keyof typeof quarantaineredenen)[];
  const reason = reasons.find((one) => one === options.code);
  if (options.code !== undefined && reason === undefined)
    throw new UsageError(`--code: kies uit ${reasons.join(", ")}.`);
  return {
    ...(reason === undefined ? {} : { code: reason }),
    ...(options.levering === undefined ? {} : { levering: number("--levering", options.levering) }),
  };
}

const row = (nr: string, since: string, delivery: string, line: string, reason: string): string =>
  `${nr.padStart(8)}  ${since.padEnd(16)}  ${delivery.padStart(8)}  ${line.padStart(8)}  ${reason}`;

/** `2026-11-29 14:05`, in Brussels. */
const momentOf = (moment: Date): string =>
  moment.toLocaleString("sv-SE", { timeZone: "Europe/Brussels" }).slice(0, 16);

/** Who typed this, also behind sudo: the name in the privacy log. */
const operator = (): string => process.env["SUDO_USER"] ?? userInfo().username;
