/** A shape of a picture: an SVG path in a square of 96, with its colour ("lijn": that of the ink). Without colour: only its line. */
export type Shape = {
  readonly d: string;
  readonly vul?: string;
  /** Thickness of its line; 3 when it is not said. */
  readonly lijn?: number;
};
export type Plaatje = { readonly naam: string; readonly vormen: readonly Shape[] };

/** The nine pictures of which a young pupil knows his own (D7). Drawn for LeerID; the order stands in the database. */
export const plaatjes: readonly Plaatje[] = [
  {
    naam: "zon",
    vormen: [
      { d: "M29 48a19 19 0 1 0 38 0a19 19 0 1 0 -38 0Z", vul: "#f7b733" },
      { d: "M48 10v10M48 76v10M10 48h10M76 48h10M21 21l7 7M68 68l7 7M75 21l-7 7M28 68l-7 7" },
    ],
  },
  {
    naam: "vis",
    vormen: [
      { d: "M66 48 86 32v32Z", vul: "#3fa7d6" },
      { d: "M8 48c10-18 24-24 36-24 12 0 22 10 26 24-4 14-14 24-26 24C32 72 18 66 8 48Z", vul: "#3fa7d6" },
      { d: "M25.5 44a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0Z", vul: "lijn", lijn: 0 },
      { d: "M44 36c5 8 5 16 0 24" },
    ],
  },
  {
    naam: "huis",
    vormen: [
      { d: "M20 44v38h56V44", vul: "#f4e2c8" },
      { d: "M10 48 48 14l38 34Z", vul: "#e4572e" },
      { d: "M42 82V60h14v22Z", vul: "#8d5a3a" },
    ],
  },
  {
    naam: "boom",
    vormen: [
      { d: "M42 60h12v24H42Z", vul: "#a0673e" },
      {
        d: "M48 10c14 0 22 9 22 18 8 3 12 9 12 16 0 11-9 18-19 18H33c-10 0-19-7-19-18 0-7 4-13 12-16 0-9 8-18 22-18Z",
        vul: "#5cb270",
      },
    ],
  },
  {
    naam: "boot",
    vormen: [
      { d: "M52 12v42h30Z", vul: "#ffffff" },
      { d: "M44 22v32H20Z", vul: "#f7b733" },
      { d: "M10 62h76L74 82H24Z", vul: "#d1495b" },
    ],
  },
  {
    naam: "bloem",
    vormen: [
      { d: "M48 56v30", lijn: 4 },
      { d: "M48 80c8-10 16-12 22-11-2 8-11 13-22 11Z", vul: "#5cb270" },
      { d: "M37 17a11 11 0 1 0 22 0a11 11 0 1 0 -22 0Z", vul: "#e77fb3" },
      { d: "M54 30a11 11 0 1 0 22 0a11 11 0 1 0 -22 0Z", vul: "#e77fb3" },
      { d: "M48 50a11 11 0 1 0 22 0a11 11 0 1 0 -22 0Z", vul: "#e77fb3" },
      { d: "M26 50a11 11 0 1 0 22 0a11 11 0 1 0 -22 0Z", vul: "#e77fb3" },
      { d: "M20 30a11 11 0 1 0 22 0a11 11 0 1 0 -22 0Z", vul: "#e77fb3" },
      { d: "M38 35a10 10 0 1 0 20 0a10 10 0 1 0 -20 0Z", vul: "#f7d154" },
    ],
  },
  {
    naam: "appel",
    vormen: [
      {
        d: "M48 32c8-8 34-8 34 18 0 20-16 36-26 36-4 0-5-2-8-2s-4 2-8 2c-10 0-26-16-26-36 0-26 26-26 34-18Z",
        vul: "#d8433b",
      },
      { d: "M48 32c0-9 3-15 8-20", lijn: 4 },
      { d: "M56 18c6-8 14-9 20-7-2 8-10 13-20 7Z", vul: "#5cb270" },
    ],
  },
  {
    naam: "ster",
    vormen: [
      {
        d: "m48 9 11.5 25 27.5 3-20.500 18.500 6 27.500L48 69 23.500 83l6-27.500L9 37l27.500-3Z",
        vul: "#f7d154",
      },
    ],
  },
  {
    naam: "auto",
    vormen: [
      { d: "M8 66V52c0-4 3-7 8-7h6l10-17h28l14 17h6c5 0 8 3 8 8v13Z", vul: "#7a6fd0" },
      { d: "M32 45l6-10h9v10ZM54 35h3l8 10H54Z", vul: "#dff1fa" },
      { d: "M18 67a10 10 0 1 0 20 0a10 10 0 1 0 -20 0Z", vul: "#ffffff" },
      { d: "M59 67a10 10 0 1 0 20 0a10 10 0 1 0 -20 0Z", vul: "#ffffff" },
    ],
  },
];
