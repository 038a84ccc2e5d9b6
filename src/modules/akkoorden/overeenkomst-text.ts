import { overeenkomstSchema, type Overeenkomst } from "./overeenkomst.ts";

/**
 * What a school agrees to today. Every change of a word is another version: schools agreed to the words that stood here, and a test
 * holds each version to its fingerprint.
 */
export const overeenkomst: Overeenkomst = overeenkomstSchema.parse({
  versie: 1,
  titel: "Protocol tussen de school en het Departement Onderwijs en Vorming over klasinformatie",
  omschrijving:
    "De school laat het departement de klas en subklas van haar leerlingen ophalen uit haar administratieve pakket. Het departement gebruikt ze in LeerID en geeft ze door aan de applicaties die de school kiest.",
  grondslag:
    "Een protocol volgens artikel 8, § 1, van het decreet van 18 juli 2008 over het elektronische bestuurlijke gegevensverkeer.",
  dov: {
    naam: "Departement Onderwijs en Vorming",
    kbo: "0316.380.841",
    vestigingsnummer: "2.199.310.989",
    adres: "Koning Albert II-laan 13, 1210 Brussel",
    vertegenwoordiger: { naam: "Ann Verhaegen", functie: "Secretaris-generaal" },
  },
  school: {
    hoedanigheid:
      "Het schoolbestuur van een erkende, gefinancierde of gesubsidieerde school die akkoord gaat",
  },
  overwegingen: [
    "De leerlingen over wie het gaat, zijn ingeschreven in de school: in het kleuter-, lager of secundair onderwijs.",
    "Het departement maakt en beheert LeerID. Daarmee meldt een leerling zich één keer aan en opent hij daarna al zijn applicaties. Welke rechten hij in een applicatie heeft, bepaalt de applicatie zelf.",
    "LeerID kent de leerlingen uit Discimus, de gegevensbank van AGODI. In welke klas ze zitten, staat daar niet in. Daarom vraagt het departement die informatie aan de school.",
    "Het administratieve pakket van de school werkt in opdracht van de school: het is haar verwerker. Het krijgt van LeerID een sleutel per leerling (Leer_id_uuid, of Account_uuid zolang een leerling niet geïdentificeerd is), zet daar de klas bij en levert dat af op een beveiligde plaats van LeerID.",
    "Een dienstenleverancier maakt applicaties voor leerlingen en heeft een eigen protocol met het departement. Hij krijgt de klas alleen van scholen die akkoord gaan en die zijn applicatie gebruiken.",
    "De functionaris voor gegevensbescherming van het departement gaf advies over dit protocol.",
  ],
  doelen: [
    {
      wie: "De school",
      rol: "verzamelt het gegeven",
      grond: "Haar opdracht om onderwijs te organiseren",
      doel: "Leerlingen in klassen indelen, onder meer volgens leeftijd, resultaten en studiekeuze, om het onderwijs en de administratie te organiseren.",
    },
    {
      wie: "Het administratieve pakket",
      rol: "verwerker van de school",
      grond: "De verwerkersovereenkomst met de school (AVG, artikel 28)",
      doel: "De sleutels van LeerID aan de juiste leerlingen koppelen en hun klas aan LeerID leveren.",
    },
    {
      wie: "Het departement",
      rol: "ontvangt het gegeven",
      grond:
        "Een wettelijke taak van algemeen belang (AVG, artikel 6, lid 1, c, en artikel VI.10 van de codificatie van 28 oktober 2016)",
      doel: "Leerlingen in LeerID per klas terugvinden, en de klas doorgeven aan de applicaties van de school zodat die beter aansluiten. Dat past bij waarvoor de school het gegeven verzamelde: onderwijs eenvoudiger organiseren.",
    },
  ],
  gegevens: [
    {
      gegeven: "Klasinformatie",
      omschrijving: "De administratieve groep van een leerling in de school: zijn klas en zijn subklas.",
      verantwoording:
        "Zonder de klas kan een applicatie, of de school in LeerID, haar leerlingen niet per groep kiezen. Een klas en een subklas volstaan daarvoor.",
      bewaartermijn: "Tot één jaar nadat de inschrijving van de leerling in de school eindigde.",
    },
  ],
  artikelen: [
    {
      nummer: 1,
      titel: "Waarover gaat dit protocol?",
      delen: [
        {
          soort: "tekst",
          tekst:
            "Dit protocol zegt onder welke voorwaarden en hoe de school het gegeven van artikel 3 elektronisch aan het departement meedeelt.",
        },
      ],
    },
    {
      nummer: 2,
      titel: "Waarom mag het, en waarvoor dient het?",
      delen: [{ soort: "doelen" }],
    },
    {
      nummer: 3,
      titel: "Welk gegeven, en hoelang blijft het bewaard?",
      delen: [
        { soort: "gegevens" },
        {
          soort: "tekst",
          tekst:
            "Het gaat over leerlingen van het kleuter-, lager en secundair onderwijs. Het zijn geen gevoelige gegevens, zoals over gezondheid of overtuiging, en geen gegevens over strafbare feiten (AVG, artikelen 9 en 10).",
        },
      ],
    },
    {
      nummer: 4,
      titel: "Wie krijgt het te zien?",
      delen: [
        {
          soort: "lijst",
          punten: [
            "De beheerders van LeerID in het departement.",
            "Andere medewerkers van het departement, alleen als ze het voor hun functie nodig hebben.",
            "De LeerID-beheerders van de school, voor de leerlingen van de school.",
            "De dienstenleveranciers met wie de school werkt en die op LeerID aangesloten zijn, omdat de school dat met dit akkoord toestaat.",
          ],
        },
      ],
    },
    {
      nummer: 5,
      titel: "Hoe vaak en hoelang?",
      delen: [
        {
          soort: "tekst",
          tekst:
            "De gegevens worden doorlopend opgevraagd, bij elk gebruik van LeerID door de leerling. Het protocol loopt voor onbepaalde duur.",
        },
      ],
    },
    {
      nummer: 6,
      titel: "Hoe is het beveiligd?",
      delen: [
        {
          soort: "lijst",
          inleiding: "Het departement zorgt minstens hiervoor:",
          punten: [
            "Het heeft een functionaris voor gegevensbescherming.",
            "Het maakt zijn medewerkers bewust van hoe ze vertrouwelijk met de gegevens omgaan.",
            "Wie toegang krijgt, is door de wet of een contract gebonden aan geheimhouding.",
            "Het houdt een register van zijn verwerkingen bij.",
            "Het sluit met zijn verwerkers een overeenkomst volgens artikel 28 van de AVG.",
            "Het schatte de risico's in en nam voor elk risico een technische, organisatorische of juridische maatregel.",
            "Een leerling meldt zich aan bij het toegangsbeheer van de Vlaamse overheid (ACM). Pas als dat klopt, haalt ACM de gegevens op, maakt het een token, en gaat de leerling daarmee naar zijn applicatie.",
            "Het toont op eenvoudige vraag aan dat deze maatregelen er zijn.",
          ],
        },
        {
          soort: "lijst",
          inleiding: "Voor het meedelen zelf geldt ook:",
          punten: [
            "Het departement werkt met een methode voor informatieveiligheid en houdt logboeken bij.",
            "De school heeft met haar administratieve pakket een verwerkersovereenkomst volgens artikel 28 van de AVG.",
          ],
        },
      ],
    },
    {
      nummer: 7,
      titel: "Wat als een gegeven niet klopt?",
      delen: [
        {
          soort: "tekst",
          tekst:
            "Merkt een partij dat een gegeven fout, onvolledig, verouderd of te veel is, of meldt een leerling of ouder dat? Dan laat ze het meteen schriftelijk weten aan de andere partij.",
        },
        {
          soort: "tekst",
          tekst:
            "De school zorgt dat ze de recentste gegevens doorgeeft. Verbeteren kan alleen de school, in haar administratieve pakket.",
        },
      ],
    },
    {
      nummer: 8,
      titel: "Hoe weten leerlingen en ouders dit?",
      delen: [
        {
          soort: "tekst",
          tekst:
            "Het departement informeert de leerlingen en hun ouders op zijn website, en maakt dit protocol daar bekend: onderwijs.vlaanderen.be/nl/leerid.",
        },
      ],
    },
    {
      nummer: 9,
      titel: "Wat als het departement zich er niet aan houdt?",
      delen: [
        {
          soort: "tekst",
          tekst:
            "Verwerkt het departement de gegevens tegen dit protocol of tegen de regels over privacy in? Dan mag de school het protocol zelf beëindigen met een eenvoudige melding, zonder eerst te waarschuwen. Ze behoudt haar recht op een schadevergoeding.",
        },
      ],
    },
    {
      nummer: 10,
      titel: "Wat bij een datalek?",
      delen: [
        {
          soort: "tekst",
          tekst:
            "Lekken er meegedeelde gegevens met gevolgen voor beide partijen? Dan verwittigen ze elkaar zonder onnodig uitstel via hun functionarissen voor gegevensbescherming. Ze overleggen meteen over wat de schade beperkt en herstelt, en geven elkaar wat nodig is om beter te beveiligen.",
        },
      ],
    },
    {
      nummer: 11,
      titel: "Welk recht en welke rechtbank?",
      delen: [
        {
          soort: "tekst",
          tekst: "Het Belgische recht geldt. Over geschillen beslist de bevoegde rechtbank in Brussel.",
        },
      ],
    },
    {
      nummer: 12,
      titel: "Wanneer begint en eindigt het?",
      delen: [
        {
          soort: "tekst",
          tekst:
            "Dit protocol begint als de school akkoord gaat in het Schoolloket. De school kan daar op elk moment stoppen, zonder reden.",
        },
        {
          soort: "tekst",
          tekst:
            "Het eindigt ook vanzelf als er geen wettelijke grond meer is om de gegevens mee te delen. Wie de gegevens dan moet wissen, blijft daartoe verplicht.",
        },
      ],
    },
  ],
  dpo_advies_op: "2023-11-15",
  opgemaakt_op: "2023-11-15",
  ondertekend_op: "2024-07-17",
});
