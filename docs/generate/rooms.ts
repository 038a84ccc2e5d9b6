import { rooms, type Room } from "#architecture";
import { code, table } from "./page.ts";

const layers: readonly (readonly [title: string, holds: (name: string) => boolean])[] = [
  ["**Modules**: what LeerID knows and decides.", (name) => name.startsWith("modules/")],
  ["**Sites**: who comes in, over which wire.", (name) => name.startsWith("sites/")],
  ["**A process**: what wires them.", (name) => !name.includes("/")],
  ["**Platform**: nothing of it is about pupils.", (name) => name.startsWith("platform/")],
];

/** No two rooms have the same last name. */
const short = (name: string): string => code(name.replace(/^\w+\//, ""));

const calls = ({ uses }: Room): string => [...new Set(uses)].toSorted().map(short).join(", ");

const begin = "<!-- rooms: made from architecture.ts by `npm run generate` -->";
const end = "<!-- /rooms -->";

/** The sheet of rooms, a table per layer. */
function roomsSheet(): string {
  return layers
    .map(([title, holds]) =>
      [
        title,
        table(
          ["room", "what it is for", "calls"],
          Object.entries(rooms)
            .filter(([name]) => holds(name))
            .map(([name, room]) => [short(name), room.does, calls(room)]),
        ),
      ].join("\n\n"),
    )
    .join("\n\n");
}

/**
 * ARCHITECTURE.md with its sheet of rooms made anew.
 * @throws when the two marks are not there, once each
 */
export function withRooms(page: string): string {
  const [before, rest, ...more] = page.split(begin);
  const [, after, ...rests] = (rest ?? "").split(end);
  if (before === undefined || after === undefined || more.length + rests.length > 0)
    throw new Error("ARCHITECTURE.md has not its two marks of the sheet of rooms");
  return [before, begin, "\n\n", roomsSheet(), "\n\n", end, after].join("");
}
