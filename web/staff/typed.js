/*
 * What somebody has typed, kept while the place is drawn anew: after a change of language, and when
 * somebody else was faster. Fields are known by their ids, which no language changes.
 */
const FIELDS = "input:not([type=file]):not([type=password]), select, textarea";

/** {id, value, checked} of every field in a place, in order. */
export const taken = (place) =>
  [...place.querySelectorAll(FIELDS)]
    .filter(({ id }) => id)
    .map((one) => {
      const { id, value, checked, localName } = one;
      return { id, value, checked, long: localName === "textarea" };
    });

/**
 * Puts it back. Each field that changes says so, as if it were typed: what hangs on it is drawn in
 * time for the next. Gives what had been written at length and has no field any more.
 */
export function givenBack(place, fields) {
  const lost = [];
  for (const { id, value, checked, long } of fields) {
    const field = place.querySelector(`#${CSS.escape(id)}`);
    if (!field) {
      if (long && value.trim()) lost.push(value);
    } else if (field.value !== value || field.checked !== checked) {
      put(field, value, checked);
    }
  }
  return lost;
}

function put(field, value, checked) {
  // A choice that is no longer there leaves the one that is.
  const choices = field.localName === "select" && [...field.options].map((one) => one.value);
  if (choices && !choices.includes(value)) return;
  field.value = value;
  if (checked !== undefined) field.checked = checked;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
}
