/* The API reference: Swagger UI over the service's own OpenAPI document, without trying requests. */
import { follow, parts, start, text } from "./texts.js";

const base = document.querySelector('meta[name="chabao-api"]').content;
const trouble = document.querySelector("#trouble");

follow(draw);
await start();

function draw() {
  document.title = `${text("docs.title")} – ${text("insurer.short")}`;
  const show = globalThis.SwaggerUIBundle;
  trouble.replaceChildren(...(show ? [] : parts("docs.unavailable")));
  show?.({
    domNode: document.querySelector("#reference"),
    url: `${base}/v1/openapi.json`,
    // Requests with real credentials belong into the developer's own tools, not into a public page.
    supportedSubmitMethods: [],
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    requestInterceptor: (request) => {
      request.headers["Accept-Language"] = document.documentElement.lang;
      return request;
    },
  });
}
