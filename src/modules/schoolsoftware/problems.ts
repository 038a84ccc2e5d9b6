import { problems } from "#platform/problem";

export const schoolsoftwareProblemen = problems({
  "pakket-onbekend": {
    status: 422,
    titel: "Dit schoolpakket bestaat niet in LeerID.",
    herstel: "Kijk de naam van het pakket na, of voer eerst het pakket in.",
  },
  "school-onbekend": {
    status: 422,
    titel: "Dit bestand noemt scholen die LeerID niet kent. Er is niets van ingevoerd.",
    herstel:
      "Kijk de nummers na, of voer eerst de scholen van Discimus in. Met --door wordt de rest van het bestand wel ingevoerd.",
  },
  "sleutel-van-ander": {
    status: 409,
    titel: "Deze publieke sleutel hoort al bij een ander pakket.",
    herstel: "De maker van het pakket maakt een eigen sleutelpaar en bezorgt de publieke sleutel.",
  },
  "client-van-ander-pakket": {
    status: 409,
    titel: "Deze client_id hoort al bij een ander pakket.",
    herstel: "Geef elk pakket zijn eigen client voor machines.",
  },
  "gebruik-onbekend": {
    status: 404,
    titel: "Deze school gebruikt geen pakket vanaf die dag.",
    herstel: "Open de lijst opnieuw en kijk welke periodes er nu staan.",
  },
  "gebruik-omgekeerd": {
    status: 422,
    titel: "De laatste dag ligt voor de eerste.",
    herstel: "Kies een laatste dag op of na de eerste dag, of laat hem leeg.",
  },
});
