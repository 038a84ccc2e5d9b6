/** The file of an application with one client of the same name, for `importToepassing`. */
export function toepassingText(naam: string, over: Readonly<Record<string, unknown>> = {}): string {
  const client = {
    client_id: naam,
    naam,
    soort: "web",
    client_secret: "s".repeat(40),
    redirect_uris: ["http://localhost:9/terug"],
  };
  return JSON.stringify({
    toepassing: naam,
    naam,
    omschrijving: "Oefenen",
    aanbieder: "Van In",
    start_url: "http://localhost:9/",
    tint: 1,
    initialen: "Bi",
    clients: [client],
    ...over,
  });
}
