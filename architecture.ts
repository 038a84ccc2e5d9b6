/**
 * The map of the code as data: every room, one sentence about it, and whom it may call. A test holds the code to it
 * (test/architecture/architecture.test.ts), so that this page is never a wish. Prose and walk-throughs: ARCHITECTURE.md.
 *
 * platform ← modules ← sites ← open, registration, leerid, processes ← commands ← main. Every room may use the platform, except rooms of it that name their users
 * (`only`). Everything else is an edge that stands here, or it does not exist.
 */
export type Room = {
  /** What it is for, in one sentence. */
  readonly does: string;
  /** Rooms that it calls: of the platform when it is a room of the platform, else modules (and for leerid: sites). */
  readonly uses: readonly string[];
  /** Only for rooms of the platform: which rooms of src may use it; absent = all. */
  readonly only?: readonly string[];
  /** The PostgreSQL schema that is its own: tables, functions and migration. */
  readonly schema?: string;
  /** Its schema holds functions without data, which the SQL of every room may call. */
  readonly schemaForAll?: true;
  /** What its SQL touches of other rooms' schemas, with the reason. */
  readonly alsoSql?: Readonly<Record<string, string>>;
};

export const rooms: Readonly<Record<string, Room>> = {
  "platform/clock": {
    does: "The only source of time, calendar dates of Europe/Brussels, and what runs on a day.",
    uses: [],
    schema: "kalender",
    schemaForAll: true,
  },
  "platform/schooljaar": {
    does: "The school year: which one a day is in, and its first and last day.",
    uses: ["platform/clock"],
  },
  "platform/ids": { does: "Branded ids and the reference numbers that a child can read out.", uses: [] },
  "platform/crypto": {
    does: "All keys from one main key, sealing (AES-256-GCM), keyed hashes and random tokens.",
    uses: [],
  },
  "platform/log": { does: "The log for operations, without personal data.", uses: [] },
  "platform/problem": {
    does: "Refusals that a caller may see: RFC 9457, a stable code, who can fix it.",
    uses: [],
  },
  "platform/config": {
    does: "Reads the LEERID_* environment, and secrets from files; unknown or invalid settings stop the start.",
    uses: ["platform/crypto"],
    only: ["open", "leerid", "processes", "commands"],
  },
  "platform/database": {
    does: "Statements as templates, pools, roles, migrations, transactions, COPY, listening, and the questions 'ready?', 'duplicate?' and 'unavailable?'.",
    uses: ["platform/log", "platform/version"],
  },
  "platform/main-key": {
    does: "Is the main key of this process the one that the database was made with.",
    uses: ["platform/crypto", "platform/database"],
    only: ["open"],
    schema: "hoofdsleutel",
  },
  "platform/context": {
    does: "What a function with effects gets as its first parameter, and one transaction around it.",
    uses: ["platform/clock", "platform/crypto", "platform/database", "platform/log"],
  },
  "platform/follow": {
    does: "What a process holds of the database, kept new: one turn at a time after NOTIFY, tried again, and now and then besides.",
    uses: ["platform/context", "platform/database", "platform/log"],
  },
  "platform/jobs": {
    does: "What rooms offer to have done: jobs, enqueued in the caller's transaction and done by one of the workers, and regular upkeep.",
    uses: ["platform/context", "platform/database", "platform/follow", "platform/log", "platform/metrics"],
    schema: "jobs",
  },
  "platform/import-file": {
    does: "Reads a JSON file by its schema and says per field what is wrong, never the value.",
    uses: ["platform/problem"],
  },
  "platform/route": {
    does: "One declaration per address of a site: routing, access, what is read (path, query, form, JSON) and what is given; OpenAPI.",
    uses: ["platform/ids", "platform/import-file", "platform/problem"],
    only: ["platform/staff-site", "sites/api", "sites/beheer", "sites/schoolloket"],
  },
  "platform/address": {
    does: "Which address a request comes from, through the proxies that are ours.",
    uses: [],
    only: ["sites/acm"],
  },
  "platform/ending": {
    does: "How a process ends: asked to, or because of something that nobody foresaw.",
    uses: ["platform/log"],
    only: ["processes", "commands", "main"],
  },
  "platform/version": { does: "Which version this program is.", uses: [] },
  "platform/listening": {
    does: "The ports of a process: health and readiness on each, and how they close without losing a request.",
    uses: [],
    only: ["leerid"],
  },
  "platform/html": {
    does: "How a page looks and is sent: template tag, document, parts, static files, security headers.",
    uses: [],
    only: [
      "platform/staff-site",
      "sites/acm",
      "sites/api",
      "sites/beheer",
      "sites/leerlingloket",
      "sites/schoolloket",
    ],
  },
  "platform/outgoing": {
    does: "What this process asks of another one: in time and whole, and one fault for no answer, logged with its cause.",
    uses: ["platform/log"],
    only: ["modules/clients", "platform/relying-party", "sites/acm"],
  },
  "platform/relying-party": {
    does: "Our own sites as ordinary OpenID clients: the way in and out, logout tokens, and whether ACM was found.",
    uses: [
      "platform/context",
      "platform/crypto",
      "platform/database",
      "platform/html",
      "platform/ids",
      "platform/log",
      "platform/outgoing",
    ],
    only: ["platform/staff-site", "sites/beheer", "sites/leerlingloket", "sites/schoolloket"],
  },
  "platform/staff-site": {
    does: "What the sites for adults have in common: the way in and out, and the frame of a page.",
    uses: [
      "platform/context",
      "platform/html",
      "platform/problem",
      "platform/relying-party",
      "platform/route",
    ],
    only: ["sites/beheer", "sites/schoolloket"],
  },
  "platform/metrics": {
    does: "Figures for Prometheus: how rooms declare and offer them, and what a process tells of itself.",
    uses: ["platform/context", "platform/database"],
  },
  "platform/progress": {
    does: "How far a long command is, on a terminal or in a file.",
    uses: [],
    only: ["commands"],
  },

  "modules/scholen": {
    does: "Schools by instellingsnummer, their sites and their successors.",
    uses: [],
    schema: "scholen",
  },
  "modules/sleutels": {
    does: "Passwords: rules, initial passwords, argon2id with a pepper.",
    uses: [],
    schema: "sleutels",
  },
  "modules/uitreiking": {
    does: "Handing out accounts on paper: print batches, their keys, and the PDF.",
    uses: ["modules/leerlingen", "modules/sleutels"],
    schema: "uitreiking",
    alsoSql: {
      "leerlingen.account": "Who is in a batch, under which name, and which account stands for him today.",
      "leerlingen.registratie": "Pupils of the school only.",
      "inschrijvingen.geldig":
        "Level, year and group of a pupil decide what he gets and with whom it is printed.",
      "sleutels.sleutel": "Is what is printed still the password of the account?",
      "sleutels.badge": "The same for a badge.",
      "sleutels.venster": "Row-level security of what a school sees of handing out.",
      "klassen.eerste_klas": "With whom a pupil is printed while the school shares its classes.",
      "schoolloket.scherm_af": "Row-level security: a school sees its own batches.",
      "jobs.enqueue":
        "A batch and the job that makes its keys are one commit; the role of a school may ask for this job only.",
    },
  },
  "modules/leerlingen": {
    does: "Who a pupil is: accounts, identification, history, usernames, and the vault of INSZ.",
    uses: [],
    schema: "leerlingen",
    alsoSql: {
      "sleutels.verplaats": "Identification and merge take the password along in the same commit (D2).",
    },
  },
  "modules/inschrijvingen": {
    does: "Enrolments as Discimus sends them.",
    uses: [],
    schema: "inschrijvingen",
  },
  "modules/rechten": {
    does: "What staff may in which school today: databeheerders from directors' assignments, LeerID-beheerders.",
    uses: [],
    schema: "rechten",
    alsoSql: {
      "scholen.school": "Rights are shown with their school, one round trip.",
      "scholen.hoofd": "Idem: a right follows to the number that stands today.",
      "scholen.lijn": "Idem: all its former numbers.",
      "schoolloket.scherm_af": "A school's page sees its own rows only: row-level security.",
    },
  },
  "modules/discimus": {
    does: "Takes the feed: lines, versions, quarantine, counts, and the full load from a file.",
    uses: [
      "modules/scholen",
      "modules/leerlingen",
      "modules/inschrijvingen",
      "modules/privacylog",
      "modules/rechten",
    ],
    schema: "discimus",
  },
  "modules/toepassingen": {
    does: "Applications, their OpenID clients, what a school decides about them, and what a change would do.",
    uses: ["modules/verstrekking"],
    schema: "toepassingen",
    alsoSql: {
      "leerlingen.account": "Names of the pupils whom a rule is about, and the account that stands for them.",
      "leerlingen.registratie": "Counting who would see it, and whether a pupil is of this school.",
      "inschrijvingen.geldig": "Counting who would see it.",
      "scholen.school": "Idem: nobody sees anything in a school that is not open.",
      "protocollen.protocol": "Only with an agreement in force can a school switch it on (D5).",
      "klassen.indeling": "Counting who would see it by a rule on a class.",
      "akkoorden.deelt": "Idem: only while the school shares them.",
    },
  },
  "modules/verstrekking": {
    does: "The one decision: may this pupil open this application now, and what does it get (D5).",
    uses: [],
    schema: "verstrekking",
    alsoSql: {
      "leerlingen.account": "The facts of a decision, all in one round trip: verstrekking.feiten.",
      "leerlingen.registratie": "Idem.",
      "inschrijvingen.geldig": "Idem.",
      "inschrijvingen.inschrijving": "Idem: in the first form of that function (migration 0009).",
      "scholen.school": "Idem.",
      "scholen.hoofd": "Idem: the number that stands today for a school.",
      "scholen.lijn": "Idem: all its former numbers.",
      "toepassingen.toepassing": "Idem.",
      "toepassingen.client": "Idem.",
      "toepassingen.keuze": "Idem.",
      "toepassingen.over": "Idem.",
      "toepassingen.zichtbaarheid": "Idem.",
      "protocollen.protocol": "Idem.",
      "klassen.indeling": "Idem.",
      "akkoorden.akkoord": "Idem: without one no class counts.",
      "schoolloket.scherm_af": "A school sees the version of its own rules only: row-level security.",
    },
  },
  "modules/protocollen": {
    does: "Agreements with providers as structured data, every version kept.",
    uses: ["modules/toepassingen", "modules/verstrekking"],
    schema: "protocollen",
  },
  "modules/privacylog": {
    does: "One record per release, chained by seals, verifiable.",
    uses: [],
    schema: "privacylog",
  },
  "modules/tokens": {
    does: "Keys that sign tokens, their rotation, and the check of a machine's token.",
    uses: [],
    schema: "tokens",
  },
  "modules/leerlingbeheer": {
    does: "The pupils of one school as its beheerder searches and selects them.",
    uses: ["modules/klassen", "modules/leerlingen"],
    schema: "leerlingbeheer",
    alsoSql: {
      "schoolloket.scherm_af": "Its tables stand behind the second wall.",
      "sleutels.badge": "Idem, of a badge.",
      "leerlingen.account": "A page of pupils with their statuses is one round trip, over one school's rows.",
      "leerlingen.registratie": "Idem.",
      "inschrijvingen.geldig": "Idem.",
      "inschrijvingen.inschrijving": "Idem: a group is looked up in the key of the table alone.",
      "sleutels.sleutel": "Idem: whether a password was handed out and used, never the password.",
      "klassen.indeling": "Idem: search, filter and order by class.",
      "klassen.eerste_klassen": "Idem: order and print groups.",
      "akkoorden.akkoord": "Idem: only while the school shares them.",
      "akkoorden.deelt": "Idem: only while the school shares them.",
    },
  },
  "modules/schoolsoftware": {
    does: "Mijn Schoolsoftware: which administrative package a school uses, how a package proves who it is, and what identifiers it gets.",
    uses: ["modules/privacylog", "modules/scholen"],
    schema: "schoolsoftware",
    alsoSql: {
      "schoolloket.scherm_af": "A school sees its own rows only: row-level security.",
      "scholen.lijn":
        "Identifiers of a school, under any of its numbers, in one round trip with the right to them.",
      "akkoorden.deelt": "Idem: only of a school that shares.",
      "leerlingen.registratie": "Idem.",
      "leerlingen.account": "Idem.",
      "inschrijvingen.geldig": "Idem: who is enrolled in the school year.",
    },
  },
  "modules/akkoorden": {
    does: "The akkoord of a school to share class information, in the words that were agreed to, and its end.",
    uses: ["modules/schoolsoftware"],
    schema: "akkoorden",
    alsoSql: {
      "schoolloket.scherm_af": "A school sees its own rows only: row-level security.",
      "jobs.enqueue":
        "A stop and the job that erases are one commit; the role of a school may ask for this job only.",
      "scholen.school": "The name of the school, as it stands in the agreement.",
      "scholen.lijn": "What was stored under an akkoord is of all numbers of its school.",
    },
  },
  "modules/klassen": {
    does: "Who is in which class, as the package of the school delivered it last, while the school shares that.",
    uses: [],
    schema: "klassen",
    alsoSql: {
      "schoolloket.scherm_af": "A school sees its own rows only: row-level security.",
      "akkoorden.akkoord": "Without an akkoord no class is shown, from the commit of the stop on (R68).",
      "akkoorden.deelt": "Idem.",
      "scholen.lijn": "Enrolled in the school under any of its numbers.",
      "leerlingen.account": "A class names a pupil by any uuid he ever had; the account that stands counts.",
      "leerlingen.registratie": "Pupils of the school only.",
      "inschrijvingen.geldig":
        "A class is of who is enrolled; and a year after that ended it is erased (R76).",
    },
  },
  "modules/leveringen": {
    does: "The files with class information that packages deliver: taken, judged, held or applied, with a receipt; and erasing.",
    uses: ["modules/akkoorden", "modules/klassen", "modules/leerlingen", "modules/schoolsoftware"],
    schema: "leveringen",
    alsoSql: {
      "schoolloket.scherm_af": "A school sees its own rows only: row-level security.",
      "jobs.enqueue":
        "What a school decides and the job that follows are one commit; its role may ask for this job only.",
      "akkoorden.akkoord":
        "What decides about a file is one round trip; and the akkoord may not stop before the commit.",
      "akkoorden.deelt": "Idem, for where classes come from.",
      "klassen.indeling": "Idem: what stands now.",
      "klassen.replace_indeling": "Classes, receipt and the erasing of the file are one commit.",
      "scholen.school": "Is there one of the number in the name of a file?",
      "scholen.hoofd": "A file is about the school, whichever of its numbers it names: one round trip.",
      "scholen.lijn": "Idem.",
      "schoolsoftware.pakket_van": "Idem: is the sender the package of the school?",
      "leerlingen.account": "A file names pupils by any uuid they ever had; the account that stands counts.",
      "leerlingen.registratie": "Pupils of the school only.",
      "inschrijvingen.geldig": "A class is of who is enrolled.",
    },
  },
  "modules/clients": {
    does: "Who an OpenID client is, how it proves that, and which of those that are registered can be served.",
    uses: ["modules/toepassingen"],
  },

  "modules/medewerkers": {
    does: "Who an adult is: what the provider of adults says of him, and how it is asked.",
    uses: [],
  },

  "modules/aanmelding": {
    does: "Is this a pupil and is the password right: one look, growing delay, equal answers.",
    uses: ["modules/leerlingen", "modules/sleutels", "modules/verstrekking"],
    alsoSql: {
      "leerlingen.account": "A sign-in is one round trip: account, password, failures and facts together.",
      "sleutels.sleutel": "Idem.",
      "sleutels.venster": "Idem: a window that is open.",
      "sleutels.badge": "The same for a sign-in by badge.",
      "sleutels.poging":
        "The count of failures is kept in the schema of the passwords, and only this room uses it.",
      "verstrekking.feiten": "Idem.",
    },
  },

  "sites/acm": {
    does: "The OpenID provider: sign-in, sessions, codes, tokens, sign-out.",
    uses: [
      "modules/aanmelding",
      "modules/clients",
      "modules/medewerkers",
      "modules/privacylog",
      "modules/sleutels",
      "modules/toepassingen",
      "modules/tokens",
      "modules/verstrekking",
    ],
    schema: "acm",
    alsoSql: {
      "verstrekking.feiten": "Session or code and the facts of the decision are read in one round trip.",
    },
  },
  "sites/leerlingloket": {
    does: "Where a pupil finds the applications and sees who got his data; a client of ACM like any other.",
    uses: ["modules/privacylog", "modules/schoolsoftware", "modules/toepassingen", "modules/verstrekking"],
    schema: "leerlingloket",
    alsoSql: { "verstrekking.feiten": "Session and facts for a whole page in one round trip." },
  },
  "sites/dropserver": {
    does: "The SFTP server where school packages put class information and fetch receipts.",
    uses: ["modules/leveringen", "modules/schoolsoftware"],
    schema: "dropserver",
  },
  "sites/api": {
    does: "The API for machines: the Discimus feed, the datastore for an external ACM, and school packages.",
    uses: [
      "modules/aanmelding",
      "modules/discimus",
      "modules/leerlingen",
      "modules/leveringen",
      "modules/privacylog",
      "modules/schoolsoftware",
      "modules/toepassingen",
      "modules/tokens",
      "modules/verstrekking",
    ],
  },

  "sites/schoolloket": {
    does: "The school's site (R20): sign-in of staff, the school they work for, and an access rule before every route.",
    uses: [
      "modules/aanmelding",
      "modules/akkoorden",
      "modules/klassen",
      "modules/leerlingbeheer",
      "modules/leerlingen",
      "modules/leveringen",
      "modules/protocollen",
      "modules/privacylog",
      "modules/rechten",
      "modules/scholen",
      "modules/schoolsoftware",
      "modules/sleutels",
      "modules/toepassingen",
      "modules/uitreiking",
      "modules/verstrekking",
    ],
    schema: "schoolloket",
    alsoSql: Object.fromEntries(
      [
        "scholen.school",
        "scholen.vestiging",
        "leerlingen.account",
        "leerlingen.registratie",
        "inschrijvingen.inschrijving",
        "sleutels.sleutel",
        "toepassingen.toepassing",
        "toepassingen.client",
        "toepassingen.keuze",
        "toepassingen.zichtbaarheid",
        "toepassingen.wijziging",
        "protocollen.protocol",
        "verstrekking.weigering",
        "privacylog.regel",
        "privacylog.wachtrij",
      ].map((name) => [name, "The second wall: what the role of a school may see of it (migration 0014)."]),
    ),
  },

  "sites/beheer": {
    does: "The department's site: who of its staff may do what, Mijn Schoolsoftware, how the streams of data go; it sees no pupils.",
    uses: ["modules/schoolsoftware"],
    schema: "beheer",
    alsoSql: Object.fromEntries(
      [
        "scholen.school",
        "schoolsoftware.pakket",
        "schoolsoftware.gebruik",
        "akkoorden.akkoord",
        "leveringen.levering",
        "discimus.levering",
        "discimus.quarantaine",
        "scholen.lijn",
        "scholen.hoofd",
        "schoolsoftware.pakket_van",
      ].map((name) => [name, "What its role may see: registers, counts and moments (migration 0021)."]),
    ),
  },

  open: {
    does: "Opens the database and the keys of the configuration, the same way for every command.",
    uses: ["modules/leerlingen", "modules/privacylog", "modules/tokens"],
  },
  registration: {
    does: "Clients of ACM: applications from a file, after the OpenID library took them (ADR 0028), and our own sites, once for all nodes (ADR 0021).",
    uses: [
      "modules/clients",
      "modules/toepassingen",
      "sites/acm",
      "sites/beheer",
      "sites/leerlingloket",
      "sites/schoolloket",
    ],
  },
  leerid: {
    does: "Wires a process: sites on their ports, metrics, the jobs and the upkeep that rooms offer.",
    uses: [
      "modules/aanmelding",
      "modules/discimus",
      "modules/leerlingbeheer",
      "modules/leveringen",
      "modules/privacylog",
      "modules/rechten",
      "modules/sleutels",
      "modules/uitreiking",
      "modules/verstrekking",
      "sites/acm",
      "sites/api",
      "sites/beheer",
      "sites/dropserver",
      "sites/leerlingloket",
      "sites/schoolloket",
      "registration",
    ],
  },
  processes: {
    does: "What runs until it is stopped, serve, worker and dropserver: how each begins, takes its leave and ends.",
    uses: ["leerid"],
  },
  commands: {
    does: "The commands: each declared once with its help; reads arguments, prints one clear line per problem, chooses the exit code.",
    uses: [
      "open",
      "processes",
      "registration",
      "modules/discimus",
      "modules/medewerkers",
      "modules/privacylog",
      "modules/protocollen",
      "modules/schoolsoftware",
      "modules/tokens",
    ],
  },
  main: { does: "Where a process begins: it runs the command that was typed.", uses: ["commands"] },
};

/**
 * Tables and functions that a later migration moved: what earlier ones, which never change, call them. Read so, an old file is held to
 * the edges of today. The schema that they left belonged to the rooms that they went to.
 */
export const moved: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  klasinformatie: {
    akkoorden: ["akkoord", "overeenkomst", "deelt", "vraag_wissen"],
    klassen: ["indeling", "eerste_klas", "eerste_klassen"],
    leveringen: ["levering", "stand", "wissing", "rond_af", "vraag_verwerken"],
  },
};

/** Beside the product: they go in by the same doors, and nothing in src may call them except the commands, and who may
 * call a package. */
export const outside = ["demo", "bench", "docs", "test", "packages"] as const;

export type Package = {
  /** What it is for, in one sentence. */
  readonly does: string;
  /** The rooms of src that may use it, by its name (`#embedded-postgres`); none: it runs elsewhere, on the other side of the wire. */
  readonly usedBy: readonly string[];
};

/** Each stands alone: its own files, Node, and the packages that its package.json names. It calls nothing of us. */
export const packages: Readonly<Record<string, Package>> = {
  "embedded-postgres": {
    does: "The PostgreSQL that comes along, for the demo and the tests; it never outlives its process. Loaded only when no other database is given.",
    usedBy: ["open"],
  },
  "leerid-pakket": {
    does: "The connector of a school package: it runs at a school, and speaks to us over the wire only.",
    usedBy: [],
  },
};

/** Files that may be longer than 400 lines, with the reason. */
export const longFiles: Readonly<Record<string, string>> = {};
