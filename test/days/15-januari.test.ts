import { onDay } from "./suites.ts";

onDay("2027-01-15");
