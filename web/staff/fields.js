/* Fields of the desks' forms. Ids are the same in every language: what is typed is kept by them. */
import { element } from "../assets/element.js";
import { text } from "../assets/texts.js";

/** A field with its label and hint; `input` has the id. */
export function field(label, input, hint) {
  if (hint) input.setAttribute("aria-describedby", `${input.id}-hint`);
  return element("div", { class: "field" }, [
    element("label", { for: input.id }, label),
    hint && element("p", { class: "hint", id: `${input.id}-hint` }, hint),
    input,
  ]);
}

export const line = (id, attributes = {}) =>
  element("input", { type: "text", id, autocomplete: "off", ...attributes });

export const area = (id, attributes = {}) =>
  element("textarea", { id, rows: 4, maxlength: 4000, ...attributes });

/** A choice of [value, words]; `chosen` is what it begins with. */
export function choice(id, options, chosen) {
  const one = ([value, words]) => element("option", { value, selected: value === chosen }, words);
  return element("select", { id }, options.map(one));
}

/** A box to tick, its label behind it. */
export const tick = (id, label) =>
  element("p", { class: "field" }, [
    element("label", { class: "choice", for: id }, [
      element("input", { type: "checkbox", id }),
      element("span", {}, label),
    ]),
  ]);

export const button = (words, onclick, kind = "button button-quiet") =>
  element("button", { class: kind, type: "button", onclick }, words);

/**
 * A group that can be filled in more than once. `one(at)` gives the fields of one; `words` names
 * the button that adds another. How many there are is a field too: it is kept with the others.
 */
export function several(id, one, { words, legend, most = 20 }) {
  const count = element("input", { type: "hidden", id: `${id}-count`, value: "1" });
  const list = element("div");
  const fewer = button(text("staff.fewer"), () => change(-1));
  const more = button(words, () => change(1));
  const draw = () => {
    const wanted = Math.min(Math.max(Number(count.value) || 1, 1), most);
    while (list.children.length > wanted) list.lastElementChild.remove();
    while (list.children.length < wanted) {
      const at = list.children.length;
      const name = element("legend", {}, legend(at + 1));
      list.append(element("fieldset", { class: "one" }, [name, ...one(at)]));
    }
    fewer.hidden = wanted === 1;
    more.hidden = wanted === most;
  };
  const change = (by) => {
    count.value = String(list.children.length + by);
    draw();
    list.lastElementChild.querySelector("input, select, textarea").focus();
  };
  count.addEventListener("change", draw);
  draw();
  return element("div", {}, [count, list, element("p", { class: "row" }, [more, fewer])]);
}
