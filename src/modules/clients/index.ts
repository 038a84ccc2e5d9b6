export { authenticateClient, challengeOf, namedClient, type Asked } from "./authenticate-client.ts";
export { checkBesides, clockTolerance, type Assertie } from "./client-assertion.ts";
export { fetchKeys } from "./client-keys.ts";
export type { Checking } from "./contract.ts";
export { clientMetadata, clientRules } from "./metadata.ts";
export { findRefused, keepsNothing, servedClients, type Refused } from "./served-clients.ts";
