import assert from "node:assert/strict";
import { test } from "node:test";
import { inzages, type Logregel } from "#modules/privacylog";
import { vrijgavenOf } from "./rules.ts";

test("D11: a look by whoever runs LeerID is told as his, one by the school as hers, and both in the words of the pupil", () => {
  const look = (ontvanger: string, aanleiding: keyof typeof inzages): Logregel => ({
    tijdstip: 1,
    soort: "inzage",
    accountUuid: "a",
    attributen: inzages[aanleiding],
    ontvanger,
    protocol: null,
    aanleiding,
  });
  const [school, operator] = vrijgavenOf(
    [look("vo-ina", "leerling-bekeken"), look("uitbating:jan", "quarantaine-gelezen")],
    [],
    [],
  );
  assert.equal(school?.toepassing.naam, "Je school");
  assert.equal(operator?.toepassing.naam, "LeerID");
  assert.match(operator?.waarom ?? "", /kon lezen/);
  assert.ok(operator?.attributen.includes("je rijksregisternummer"));
  assert.ok(!operator?.attributen.some((one) => one in { Insz: 1, Geboortedatum: 1 }));
});
