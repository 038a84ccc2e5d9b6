/**
 * When a school delivers best: one moment between 0:30 and 8:29, the same every day and spread over the schools, because
 * thousands at midnight sharp wait for each other (R74).
 */
export function moment(instellingsnummer: string): { readonly uur: number; readonly minuut: number } {
  const plaats = 30 + ((Number(instellingsnummer) * 137) % 480);
  return { uur: Math.floor(plaats / 60), minuut: plaats % 60 };
}

/** Lines to copy for the two usual planners. */
export function planningText(instellingsnummer: string, programma: string, config: string): string {
  const { uur, minuut } = moment(instellingsnummer);
  const klok = `${String(uur).padStart(2, "0")}:${String(minuut).padStart(2, "0")}`;
  return [
    `Verstuur elke dag om ${klok}. Dat moment volgt uit het instellingsnummer, zodat niet alle scholen tegelijk komen.`,
    "",
    "Linux, met crontab -e:",
    `  ${minuut} ${uur} * * * ${programma} verstuur ${config}`,
    "",
    "Windows, in een opdrachtvenster:",
    `  schtasks /create /tn "LeerID ${instellingsnummer}" /sc daily /st ${klok} /tr "${programma.replaceAll('"', '\\"')} verstuur ${config}"`,
  ].join("\n");
}
