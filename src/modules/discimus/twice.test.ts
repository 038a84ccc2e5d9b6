import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Problem } from "#platform/problem";
import { testDatabase, type TestDatabase } from "#testing/database";
import { inschrijvingRegel, leerlingRegel, schoolRegel } from "#testing/discimus";
import { importFile, listZendingen } from "./index.ts";

let db: TestDatabase;
let folder: string;
before(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "twee-keer-"));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
  await db.close();
});

test("one file, imported twice at once: one delivery, every message counted once, and the other run says that it is busy", async () => {
  const school = "999801";
  const lines = [
    schoolRegel({ school }),
    ...Array.from({ length: 300 }, (_, n) => [
      leerlingRegel(`t${n}`, { school }),
      inschrijvingRegel(`t${n}`, { school }),
    ]).flat(),
  ];
  const pad = join(folder, "samen.ndjson");
  await writeFile(pad, lines.join("\n"));
  const runs = await Promise.allSettled([1, 2, 3].map(() => importFile(db.ctx, { pad, groepsgrootte: 50 })));
  for (const run of runs)
    if (run.status === "rejected")
      assert.ok(
        run.reason instanceof Problem && run.reason.kind.code === "bestand-bezig",
        String(run.reason),
      );
  // However they met: going on until one is through gives the counts of the file.
  const last = runs.some(({ status }) => status === "fulfilled")
    ? undefined
    : await importFile(db.ctx, { pad, groepsgrootte: 50 });
  const deliveries = (await listZendingen(db.ctx, 10)).filter(({ bestand }) => bestand === "samen.ndjson");
  assert.equal(deliveries.length, 1);
  assert.deepEqual(
    [deliveries[0]?.ontvangen, deliveries[0]?.verwerkt, deliveries[0]?.klaar_op === null],
    [601, 601, false],
  );
  assert.ok(last === undefined || last.ontvangen === 601);
  const again = await importFile(db.ctx, { pad, groepsgrootte: 50 });
  assert.deepEqual([again.ontvangen, again.ongewijzigd], [601, 601], "a file that is done is taken again");
});
