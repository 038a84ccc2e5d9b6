import { after, before, describe } from "node:test";
import { withoutBrowser } from "#testing/browser";
import { beheerJourneys } from "./beheer.ts";
import { widthJourney } from "./cases.ts";
import { identificationJourneys } from "./identification.ts";
import { openSetting, type Setting } from "./setting.ts";

describe("journeys that begin at a school", { skip: withoutBrowser() }, () => {
  let setting: Setting;
  before(async () => {
    setting = await openSetting();
  });
  after(() => setting.close());

  identificationJourneys(() => setting);
  beheerJourneys(() => setting);
  widthJourney(() => setting);
});
