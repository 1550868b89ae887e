/* Values of a policy's answer, as people read them and as they are typed. */
import { money } from "../assets/format.js";
import { text } from "../assets/texts.js";

const isMoney = (value) => Number.isInteger(value?.amount) && typeof value?.currency === "string";

/** A value as people read it. */
export function worded(value) {
  if (value === null || value === undefined || value === "") return text("staff.value.none");
  if (typeof value === "boolean") return text(value ? "staff.value.yes" : "staff.value.no");
  if (isMoney(value)) return money(value);
  if (Array.isArray(value)) return value.map(worded).join("; ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** How a value of that kind is typed: `money`, `number`, `yes_no` or `words`. */
export function kindOf(value) {
  if (isMoney(value)) return "money";
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "yes_no" : "words";
}

/** The value in a field of that kind. */
export function typed(value) {
  if (isMoney(value)) return (value.amount / 100).toFixed(2);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value === null || value === undefined || typeof value === "object" ? "" : String(value);
}

/** What was typed into a field of that kind; undefined for what is none. */
export function read(kind, words) {
  const plain = words.normalize("NFKC").trim();
  if (kind === "words") return plain || undefined;
  if (kind === "yes_no") return plain === "yes";
  const figure = plain.replace(/[,\s]/g, "");
  if (!/^-?\d+(\.\d+)?$/.test(figure)) return undefined;
  if (kind === "number") return Number(figure);
  return fen(figure);
}

/** Yuan as money; undefined for more than two decimals. Without floating point. */
function fen(figure) {
  const [, sign, yuan, part = ""] = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(figure) ?? [];
  if (yuan === undefined) return undefined;
  const amount = Number(`${sign}${yuan}${part.padEnd(2, "0")}`);
  return Number.isSafeInteger(amount) ? { amount, currency: "CNY" } : undefined;
}
