import assert from "node:assert/strict";
import { test } from "node:test";
import { medewerkerOf } from "./index.ts";

test("R18: an adult from claims: a single value is a list of one, what has another form is not taken", () => {
  assert.deepEqual(
    medewerkerOf({ vo_id: " 7 ", vo_orgcode: "999001", leerid_rol_3d: [3, "A:1", "", null] }),
    {
      voId: "7",
      naam: "",
      voornaam: "",
      doelgroepcode: null,
      orgcodes: ["999001"],
      rollen: ["A:1"],
    },
  );
  const endless = Array.from({ length: 10_000 }, (_, nr) => `R:${nr}`);
  assert.equal(medewerkerOf({ vo_id: "7", leerid_rol_3d: endless })?.rollen.length, 500);
});

test("R18: without vo_id there is nobody", () => {
  for (const claims of [{}, { vo_id: "" }, { vo_id: 7 }, { vo_id: ["7"] }, { vo_id: "7".repeat(201) }])
    assert.equal(medewerkerOf(claims), undefined);
});
