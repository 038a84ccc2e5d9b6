import type { Adapter, AdapterPayload } from "oidc-provider";

/** What the demo's key remembers: in memory, gone when it stops. */
export function memory(now: () => number): (kind: string) => Adapter {
  const rows = new Map<string, { readonly payload: AdapterPayload; readonly tot: number }>();
  return (kind) => {
    const find = (test: (payload: AdapterPayload) => boolean): AdapterPayload | undefined => {
      for (const [key, { payload, tot }] of rows) {
        if (tot <= now()) rows.delete(key);
        else if (payload.kind === kind && test(payload)) return payload;
      }
      return undefined;
    };
    const key = (id: string) => `${kind}:${id}`;
    return {
      async upsert(id, payload, expiresIn) {
        rows.set(key(id), { payload: { ...payload }, tot: now() + (expiresIn || 3600) * 1000 });
      },
      async find(id) {
        return find((payload) => payload.jti === id);
      },
      async findByUid(uid) {
        return find((payload) => payload.uid === uid);
      },
      async findByUserCode() {
        return undefined;
      },
      async consume(id) {
        const row = rows.get(key(id));
        if (row) row.payload["consumed"] = Math.floor(now() / 1000);
      },
      async destroy(id) {
        rows.delete(key(id));
      },
      async revokeByGrantId(grantId) {
        for (const [id, { payload }] of rows) if (payload.grantId === grantId) rows.delete(id);
      },
    };
  };
}
