/*
 * The desks of the staff pages, in the order of the list. Each is a module of its own that comes
 * when it is opened: `export const desk = (frame) => ({ enter })` (docs/staff-pages.md).
 *
 * `route` is what the desk begins with: whose roles open it (schemas/access.json) is offered it.
 */
export const desks = [
  { name: "today", route: "GET /v1/staff/today", load: () => import("./today.js") },
  { name: "objections", route: "GET /v1/staff/objections", load: () => import("./objections.js") },
  { name: "reviews", route: "GET /v1/staff/approvals", load: () => import("./reviews.js") },
  { name: "reports", route: "GET /v1/staff/reports", load: () => import("./reports.js") },
  {
    name: "analysis",
    route: "GET /v1/staff/analysis/{organisation}",
    load: () => import("./analysis.js"),
  },
];
