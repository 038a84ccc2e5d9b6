/** Who may: the scope that a machine token needs, or everyone. */
export type Access =
  | "open"
  | "discimus:schrijven"
  | "acm:datastore"
  | "dropserver:schrijven"
  | "schoolpakket:identificatie";
