/* The entry page needs nothing but its words. */
import { start } from "./texts.js";

await start();
