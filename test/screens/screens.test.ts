import { after, before, describe } from "node:test";
import { launchBrowser, withoutBrowser, type Browser } from "#testing/browser";
import * as beheer from "#testing/beheer";
import { openExaminer, type Examiner } from "#testing/examine";
import * as schoolloket from "#testing/schoolloket";
import { beheerScreens, beheerTasks, beheerWorld, type BeheerSetting } from "./beheer-screens.ts";
import { pupilScreens, pupilTasks } from "./pupil-screens.ts";
import { pupilSite } from "./pupil-site.ts";
import { schoolScreens, schoolTasks, type SchoolSetting } from "./school-screens.ts";
import { schoolWorld } from "./school-world.ts";

// One browser and two worlds for every screen there is: each page is opened, looked at in both themes and at every width, and walked
// through with the keyboard. A page of which nobody says what it shows cannot be examined: the tables of routes are checked.
const skip = withoutBrowser();
let browser: Browser;
let pupil: Examiner;
let school: SchoolSetting;
let department: BeheerSetting;
before(async () => {
  if (skip !== false) return;
  const [{ w, ids }, beheerWereld] = await Promise.all([schoolWorld(), beheerWorld()]);
  browser = await launchBrowser();
  pupil = await openExaminer(browser, pupilSite().fetch);
  const x = await openExaminer(browser, w.app.fetch, { as: schoolloket.eigenAdres });
  school = { w, ids, x };
  department = {
    w: beheerWereld,
    x: await openExaminer(browser, beheerWereld.app.fetch, { as: beheer.eigenAdres }),
  };
});
after(async () => {
  if (skip !== false) return;
  for (const x of [pupil, school.x, department.x]) await x.close();
  await browser.close();
  await Promise.all([school.w.close(), department.w.close()]);
});

const atOnce = { skip, concurrency: 2 };
describe("every page of the pupil and of ACM", atOnce, () => pupilScreens(() => ({ browser, x: pupil })));
describe("R46, R47, R49, R51, R52, R53, R55, R68: every page of the Schoolloket", atOnce, () =>
  schoolScreens(() => school),
);
describe("R21: every page of beheer", atOnce, () => beheerScreens(() => department));

describe("the pages of the pupil in use", { skip }, () => pupilTasks(() => ({ browser, x: pupil })));
describe("the Schoolloket in use", { skip }, () => schoolTasks(() => school));
describe("beheer in use", { skip }, () => beheerTasks(() => department));
