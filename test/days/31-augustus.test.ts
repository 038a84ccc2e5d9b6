import { onDay } from "./suites.ts";

onDay("2027-08-31");
