import { onDay } from "./suites.ts";

onDay("2026-09-01", {
  without: ["applicatiebeheer-klas", "klassen", "schoolsoftware", "uitreiking"],
});
