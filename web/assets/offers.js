/* A page that shows what the service offers to everybody, again in each language, page after page. */
import { get, Problem, Unreachable } from "./api.js";
import { element } from "./element.js";
import { follow, start, text } from "./texts.js";

/** Fills `#name` with the nodes that `drawn(answer)` makes of each page; `path(cursor)` asks for it. */
export async function offered(name, path, drawn) {
  const place = document.getElementById(name);
  let turn = 0;
  follow(() => {
    document.title = `${text(`offers.${name}`)} – ${text("insurer.short")}`;
    turn += 1;
    place.replaceChildren();
    show(null, turn);
  });
  await start();

  async function show(cursor, mine) {
    place.ariaBusy = "true";
    try {
      const answer = await get(path(cursor));
      if (mine !== turn) return;
      said("");
      place.append(...drawn(answer).flat(2).filter(Boolean));
      if (!answer.cursor) return;
      const more = element("button", { class: "button button-quiet", type: "button" });
      more.textContent = text("offers.more");
      more.addEventListener("click", () => {
        more.remove();
        show(answer.cursor, mine);
      });
      place.append(more);
    } catch (error) {
      if (mine !== turn) return;
      if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
      said(text("offers.outage"));
    } finally {
      if (mine === turn) place.ariaBusy = null;
    }
  }
}

function said(words) {
  document.querySelector("#trouble").textContent = words;
}
