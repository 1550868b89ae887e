/*
 * What can be said about typed credentials before they are sent, so that a slip of the finger
 * costs no attempt. The service decides; this only stops what cannot match anything.
 */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";

/** As the service compares: NFKC, upper case, without spaces and hyphens of any kind. */
export const plain = (value) =>
  value
    .normalize("NFKC")
    .replace(/[\s\p{Dash}\p{Cf}]/gu, "")
    .toUpperCase();

/**
 * The slips in the typed fields, in their order: [{field, key}]. Optional fields may be empty. Names
 * and serial numbers only have to be there: what they may hold, the service knows.
 */
export function slips(typed, optional = []) {
  return Object.entries(typed)
    .map(([field, value]) => ({ field, slip: slip(field, value.trim(), optional) }))
    .filter((one) => one.slip)
    .map((one) => ({ field: one.field, key: `wrong.${one.field}.${one.slip}` }));
}

function slip(field, value, optional) {
  if (!value) return optional.includes(field) ? null : "missing";
  if (field === "policy_no") return policySlip(plain(value));
  if (field === "id_no") return identitySlip(plain(value));
  return null;
}

function policySlip(value) {
  return /^[A-Z0-9]{1,40}$/.test(value) ? null : "malformed";
}

function identitySlip(value) {
  if (!/^[A-Z0-9()]+$/.test(value)) return "malformed";
  return looksLikeResidentId(value) && !checksOut(value) ? "checksum" : null;
}

/** 18 characters with a birth date inside; credit codes and foreign residents' cards have none. */
function looksLikeResidentId(value) {
  const [, year, month, day] =
    /^[1-8]\d{5}((?:19|20)\d\d)(\d\d)(\d\d)\d{3}[\dX]$/.exec(value) ?? [];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === Number(day);
}

/** GB 11643-1999, which uses ISO 7064 MOD 11-2. */
function checksOut(value) {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * value[index], 0);
  return CHECKS[sum % 11] === value[17];
}
