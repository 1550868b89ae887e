/* Codes of the service in the reader's words, so that a change of language needs no new query. */
import { has, text } from "./texts.js";

/** A code that is new to the page keeps the name that the service gave it. */
export function coded(group, code, name) {
  return has(`${group}.${code}`) ? text(`${group}.${code}`) : (name ?? code);
}
