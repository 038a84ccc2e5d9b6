export { browser, type Answer, type Browser } from "#testing/visitor";
