/* The page that says that there is no such page. */
import { follow, start, text } from "./texts.js";

follow(() => {
  document.title = `${text("missing.title")} – ${text("insurer.short")}`;
});
await start();
