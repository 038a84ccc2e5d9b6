import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sweep } from "#sites/acm";
import {
  assertion,
  authUrl,
  basic,
  call,
  codeOf,
  openApplication,
  redeem,
  signIn,
  userinfo,
} from "./flow.ts";
import { browser, typePassword, world, type World } from "./world.ts";

let w: World;
before(async () => {
  w = await world();
  await redeem(w, codeOf((await signIn(w)).answer)); // connections, prepared statements, types
});
after(() => w.close());

const commits = (statements: readonly string[]) =>
  statements.filter((text) => /\b(insert|update|delete)\b/i.test(text)).length;

test("a sign-in costs three round trips, two of them commits; the form none", async () => {
  const visitor = browser();
  let page = await visitor.get(authUrl(w));
  assert.deepEqual(await w.statements(async () => void (page = await visitor.get(authUrl(w)))), []);
  const statements = await w.statements(async () => {
    assert.equal((await redeem(w, codeOf(await typePassword(visitor, page, w.pupil)))).status, 200);
  });
  assert.equal(statements.length, 3, statements.join("\n---\n"));
  assert.equal(commits(statements), 2);
});

test("the next application costs two, one of them a commit; a second visit as well, and it leaves the session alone", async () => {
  const pupil = await w.addPupil("trips.hop");
  const { visitor } = await signIn(w, { pupil });
  const version = async () => {
    const [row] = await w.db.sql<{ xmin: string }[]>`
      select xmin::text from acm.sessie where account_uuid = ${pupil.accountUuid}`;
    return row?.xmin;
  };
  for (let visit = 0; visit < 2; visit += 1) {
    const before = await version();
    const statements = await w.statements(() => openApplication(w, visitor, "derde"));
    assert.equal(statements.length, 2, statements.join("\n---\n"));
    assert.equal(commits(statements), 1);
    assert.equal((await version()) === before, visit === 1, "not written again when nothing changed");
  }
});

test("a signed assertion costs nothing extra", async () => {
  const { visitor } = await signIn(w);
  const url = authUrl(w, { client_id: "bingel-jwt" });
  const proof = await assertion(w, "bingel-jwt");
  const statements = await w.statements(async () => {
    assert.equal((await redeem(w, codeOf(await visitor.get(url)), proof, {})).status, 200);
  });
  assert.equal(statements.length, 2, statements.join("\n---\n"));
  assert.equal(commits(statements), 1);
});

test("userinfo costs two, a machine's token none", async () => {
  const { body } = await redeem(w, codeOf((await signIn(w)).answer));
  assert.equal((await w.statements(() => userinfo(w, body["access_token"]))).length, 2);
  const machine = () => call(w, "/v1/token", { grant_type: "client_credentials" }, basic("machine"));
  assert.deepEqual(await w.statements(machine), []);
});

test("what has expired is cleaned up in batches, what has not stays", async () => {
  await w.db.sql`insert into acm.sessie (uid, id_hash, account_uuid, inhoud, verloopt_op)
    select 'oud' || i, sha256(('oud' || i)::bytea), gen_random_uuid(), '{}', now() - interval '1 hour' from generate_series(1, 250) i`;
  await w.db
    .sql`insert into acm.machtiging (code_hash, client_id, account_uuid, sessie_uid, inhoud, verloopt_op)
    select sha256(('oud' || i)::bytea), 'x', gen_random_uuid(), 'x', '{}', now() - interval '2 hours' from generate_series(1, 250) i`;
  await w.db.sql`insert into acm.model (model, id_hash, inhoud, verloopt_op)
    select 'assertie', sha256(('oud' || i)::bytea), '', now() - interval '1 hour' from generate_series(1, 250) i`;
  const { visitor } = await signIn(w);
  assert.ok((await sweep(w.ctx, 100)) >= 750);
  assert.equal(await sweep(w.ctx, 100), 0);
  assert.equal((await visitor.get(authUrl(w))).status, 303, "a living session stays");
});
