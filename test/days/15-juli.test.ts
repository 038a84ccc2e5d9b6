import { onDay } from "./suites.ts";

onDay("2027-07-15");
