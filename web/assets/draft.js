/*
 * What was typed into a form of many steps, kept in this tab until it is sent: a reload, a lost
 * connection or an empty battery must not cost it. Nothing that proves who one is ever stands here.
 */
const LIFE = 24 * 60 * 60 * 1000; // milliseconds after the last change

const empty = (name) => ({ name, values: {}, key: null, sent: null, done: null, at: 0 });

/** The draft of this tab under a name, an empty one where there is none or it is too old. */
export function open(name) {
  try {
    const found = JSON.parse(sessionStorage.getItem(name) ?? "null");
    if (found && Date.now() - found.at < LIFE) return { ...empty(name), ...found };
  } catch {
    // Storage may be forbidden or hold another page's words; then one starts anew.
  }
  return empty(name);
}

export function keep(draft) {
  draft.at = Date.now();
  try {
    sessionStorage.setItem(draft.name, JSON.stringify(draft));
  } catch {
    // See open(): without storage the page still works until it is left.
  }
}

/** An empty draft in the place of this one. */
export function clear({ name }) {
  try {
    sessionStorage.removeItem(name);
  } catch {
    // See open().
  }
  return empty(name);
}

/**
 * The Idempotency-Key for what is to be sent: the same for the same words however often it is
 * tried, another one once something was changed.
 */
export function keyFor(draft, body) {
  const sent = JSON.stringify(body);
  if (draft.sent !== sent) {
    draft.key = newKey();
    draft.sent = sent;
    keep(draft);
  }
  return draft.key;
}

/** An Idempotency-Key; randomUUID would want a secure origin. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
