/** A challenge that this browser cannot solve: an unknown kind, no cryptography, or out of time. */
export class Unsolved extends Error {}
