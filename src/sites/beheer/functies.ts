import type { Medewerker } from "#platform/staff-site";

/** What there is to do in beheer, as the pages call it. */
export const taken = {
  toestand: "de toestand van de gegevensstromen bekijken",
  "schoolsoftware-bekijken": "Mijn Schoolsoftware bekijken",
  "schoolsoftware-wijzigen": "Mijn Schoolsoftware veranderen",
} as const;
export type Taak = keyof typeof taken;

export type Functie = {
  /** Role in `leerid_rol_3d`, before the colon. */
  readonly rol: string;
  readonly naam: string;
  readonly taken: readonly Taak[];
};

/** Who may do what (R7): the only place that says it. A DPO watches and changes nothing. */
export const functies: readonly Functie[] = [
  {
    rol: "LeerIDMedewerker",
    naam: "LeerID-medewerker",
    taken: ["toestand", "schoolsoftware-bekijken", "schoolsoftware-wijzigen"],
  },
  {
    rol: "LeerIDDpo",
    naam: "Functionaris voor gegevensbescherming",
    taken: ["toestand", "schoolsoftware-bekijken"],
  },
];

/** `vo_doelgroepcode` of the government. */
const overheid = "GID";

/**
 * The functions of somebody at the department. A role counts when all three say so: he is of the government, he works at the
 * department, and the role is for the department.
 * @param dov organisation code of the department; undefined = not set up, then nobody has one
 */
export function functiesOf(
  wie: Pick<Medewerker, "doelgroepcode" | "orgcodes" | "rollen">,
  dov: string | undefined,
): readonly Functie[] {
  if (dov === undefined || wie.doelgroepcode !== overheid || !wie.orgcodes.includes(dov)) return [];
  return functies.filter(({ rol }) => wie.rollen.includes(`${rol}:${dov}`));
}

export const may = (van: readonly Functie[], taak: Taak): boolean =>
  van.some(({ taken }) => taken.includes(taak));
