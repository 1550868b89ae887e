/* What a tab remembers: the policy number and the line, which open nothing alone. */

export function keep(name, value) {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch {
    // Storage may be forbidden; then a reload asks again.
  }
}

export function kept(name) {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return ""; // see keep()
  }
}
