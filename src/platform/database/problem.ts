/** Thrown when the database cannot be used as it is; the message says who can fix it. */
export class DatabaseError extends Error {}
