/* The entry page needs nothing but its words. */
import { carryOn } from "./attribution.js";
import { start } from "./texts.js";

carryOn();
await start();
