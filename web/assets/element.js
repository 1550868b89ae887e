/* Building the document without innerHTML: what the service sends can only ever be text. */

/** element("p", {class: "hint"}, "text", node …); undefined, null and false are left out. */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== undefined && value !== null && value !== false)
      node.setAttribute(key, value);
  }
  node.append(...children.flat(2).filter((child) => child || child === 0));
  return node;
}

/** A value from the data: isolated from the direction around it, and marked where it is Chinese. */
export function data(value, attributes = {}) {
  const words = String(value);
  const chinese = /\p{Script=Han}/u.test(words) && !document.documentElement.lang.startsWith("zh");
  return element("bdi", { lang: chinese && "zh-CN", ...attributes }, words);
}
