/** Seconds since 1970, as the provider counts. */
export const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

/** Expiry for a payload given to the provider, which reads the machine's clock: only what is left comes from ours. */
export const expiryForProvider = (verlooptOp: Date, nu: number): number =>
  nowInSeconds() + Math.max(0, Math.ceil((verlooptOp.getTime() - nu) / 1000));
