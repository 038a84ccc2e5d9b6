import { onDay } from "./suites.ts";

onDay("2026-09-15", {
  without: ["applicatiebeheer-klas", "klassen", "schoolsoftware", "uitreiking"],
});
