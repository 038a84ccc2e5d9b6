import type { Adapter, AdapterPayload } from "oidc-provider";
import type { Sql } from "#platform/database";

export const structure = `
  create table oidc_model (
    id text not null, model text not null, payload jsonb not null,
    grant_id text, user_code text, uid text, expires_at timestamptz, consumed_at timestamptz,
    primary key (model, id));
  create index on oidc_model (grant_id) where grant_id is not null;
  create index on oidc_model (uid) where uid is not null;`;

type Row = { payload: string; consumed_at: Date | null };

/**
 * The one-table adapter of oidc-provider's own examples, on PostgreSQL: upsert, find and consume by id. The anchor: what a
 * stock set-up does. (Its consume is unconditional, as documented, and therefore not safe.)
 */
export function plainAdapter(sql: Sql): (model: string) => Adapter {
  const read = (row: Row | undefined): AdapterPayload | undefined =>
    row && { ...(JSON.parse(row.payload) as AdapterPayload), ...(row.consumed_at ? { consumed: true } : {}) };
  return (model) => ({
    async upsert(id, payload, expiresIn) {
      const expires = expiresIn ? new Date(Date.now() + expiresIn * 1000) : null;
      await sql`
        insert into oidc_model (id, model, payload, grant_id, user_code, uid, expires_at)
        values (${id}, ${model}, ${JSON.stringify(payload)}::text::jsonb, ${payload.grantId ?? null}, ${payload.userCode ?? null},
                ${payload.uid ?? null}, ${expires})
        on conflict (model, id) do update set payload = excluded.payload, grant_id = excluded.grant_id,
          user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at`;
    },
    async find(id) {
      const [row] = await sql<Row[]>`
        select payload::text, consumed_at from oidc_model
         where model = ${model} and id = ${id} and (expires_at is null or expires_at > now())`;
      return read(row);
    },
    async findByUid(uid) {
      const [row] = await sql<
        Row[]
      >`select payload::text, consumed_at from oidc_model where model = ${model} and uid = ${uid}`;
      return read(row);
    },
    async findByUserCode(code) {
      const [row] = await sql<Row[]>`
        select payload::text, consumed_at from oidc_model where model = ${model} and user_code = ${code}`;
      return read(row);
    },
    async consume(id) {
      await sql`update oidc_model set consumed_at = now() where model = ${model} and id = ${id}`;
    },
    async destroy(id) {
      await sql`delete from oidc_model where model = ${model} and id = ${id}`;
    },
    async revokeByGrantId(grantId) {
      await sql`delete from oidc_model where grant_id = ${grantId}`;
    },
  });
}
