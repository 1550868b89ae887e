/*
 * The desks of the staff pages, in the order of the list. Each is a module of its own that comes when
 * it is opened: `export const desk = (frame) => ({ enter })` (docs/staff-pages.md).
 *
 * `roles` only decides what is offered; what somebody may see, the service decides.
 */
export const desks = [
  { name: "today", roles: ["agent"], load: () => import("./today.js") },
];
