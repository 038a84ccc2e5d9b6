/** Second factors as the demo's key tells of them; less is refused by LeerID. */
export const demoAcr = "urn:leerid:demo:acr:twee-stappen";

/** An invented adult who can sign in with the demo's key. */
export type Persona = {
  readonly geval: string;
  readonly voornaam: string;
  readonly naam: string;
  readonly login: string;
  /** What there is to see with this persona. */
  readonly uitleg: string;
  readonly claims: {
    readonly vo_id: string;
    readonly vo_doelgroepcode: string;
    readonly vo_orgcode: readonly string[];
    readonly leerid_rol_3d?: readonly string[];
  };
  /** Another level of assurance than the demo's own. */
  readonly acr?: string;
};

const school = (nummer: string, voId: string, rollen: readonly string[] = []): Persona["claims"] => ({
  vo_id: voId,
  vo_doelgroepcode: "OV",
  vo_orgcode: [nummer],
  ...(rollen.length > 0 && { leerid_rol_3d: rollen }),
});

/** The department, as the demo's key knows it. */
export const dovOrganisatie = "OVO999901";

/** Government and companies are known by other numbers than schools. */
const adultOf = (code: string, organisatie: string, voId: string, rol: string): Persona["claims"] => ({
  vo_id: voId,
  vo_doelgroepcode: code,
  vo_orgcode: [organisatie],
  leerid_rol_3d: [`${rol}:${organisatie}`],
});

/** The adults of the demo. Directors have their assignment from the Discimus feed, by the same `vo_id` (world.ts). */
export const personas: readonly Persona[] = [
  {
    geval: "directeur",
    voornaam: "Els",
    naam: "Van Damme",
    login: "els.vandamme",
    uitleg: "Vastbenoemde directeur van De Regenboog (999001).",
    claims: school("999001", "demo-999001-1"),
  },
  {
    geval: "beheerder",
    voornaam: "Nele",
    naam: "Segers",
    login: "nele.segers",
    uitleg: "LeerID-beheerder van De Regenboog (999001), door een rol.",
    claims: school("999001", "demo-999001-10", ["LeerIDBeheerder:999001"]),
  },
  {
    geval: "oud-directeur",
    voornaam: "Gerda",
    naam: "Coppens",
    login: "gerda.coppens",
    uitleg: "Was directeur van De Regenboog; de opdracht is gedaan.",
    claims: school("999001", "demo-999001-3"),
  },
  {
    geval: "tijdelijk-directeur",
    voornaam: "Karim",
    naam: "El Amrani",
    login: "karim.elamrani",
    uitleg: "Tijdelijke directeur van De Regenboog, tot het einde van de opdracht.",
    claims: school("999001", "demo-999001-2"),
  },
  {
    geval: "directeur-andere-school",
    voornaam: "Jürgen",
    naam: "Hendrickx",
    login: "jurgen.hendrickx",
    uitleg: "Directeur van het Sint-Jozefscollege (999002).",
    claims: school("999002", "demo-999002-1"),
  },
  {
    geval: "dov-medewerker",
    voornaam: "Sofie",
    naam: "Maes",
    login: "sofie.maes",
    uitleg: "Werkt bij het Departement Onderwijs en Vorming.",
    claims: adultOf("GID", dovOrganisatie, "demo-dov-1", "LeerIDMedewerker"),
  },
  {
    geval: "dov-dpo",
    voornaam: "Bram",
    naam: "Claes",
    login: "bram.claes",
    uitleg: "Waakt over de privacy bij het departement (DPO).",
    claims: adultOf("GID", dovOrganisatie, "demo-dov-2", "LeerIDDpo"),
  },
  {
    geval: "dienstenleverancier",
    voornaam: "Fatima",
    naam: "Aydın",
    login: "fatima.aydin",
    uitleg: "Werkt bij een uitgever die een toepassing aanbiedt.",
    claims: adultOf("EA", "0999999922", "demo-ea-1", "LeerIDDienstenleverancier"),
  },
];
