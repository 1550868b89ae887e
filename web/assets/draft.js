/*
 * What was typed into the report, kept in this tab until it is sent: a reload, a lost connection or
 * an empty battery must not cost it. Nothing that proves who one is ever stands here.
 */
const NAME = "report";
const LIFE = 24 * 60 * 60 * 1000; // milliseconds after the last change

const empty = () => ({ values: {}, key: null, sent: null, done: null, at: 0 });

/** The draft of this tab, an empty one where there is none or it is too old. */
export function open() {
  try {
    const found = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
    if (found && Date.now() - found.at < LIFE) return { ...empty(), ...found };
  } catch {
    // Storage may be forbidden or hold another page's words; then one starts anew.
  }
  return empty();
}

export function keep(draft) {
  draft.at = Date.now();
  try {
    sessionStorage.setItem(NAME, JSON.stringify(draft));
  } catch {
    // See open(): without storage the page still works until it is left.
  }
}

export function clear() {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // See open().
  }
  return empty();
}

/**
 * The Idempotency-Key for what is to be sent: the same for the same report however often it is
 * tried, another one once something was changed.
 */
export function keyFor(draft, body) {
  const sent = JSON.stringify(body);
  if (draft.sent !== sent) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    draft.key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    draft.sent = sent;
    keep(draft);
  }
  return draft.key;
}
