import express, { type Router } from "express";
// By its own file: the package itself runs the whole viewer, which belongs into a browser.
import absolutePath from "swagger-ui-dist/absolute-path.js";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>TimOS API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css">
  </head>
  <body>
    <div id="docs"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null });\n`;

/** The viewer sets styles as it draws; scripts come from here only. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The API's description to read and try, at `/api/docs`: Swagger UI from our own disk. */
export function docs(): Router {
  const router = express.Router();
  router.use((_req, res, next) => {
    res.locals["route"] = "/api/docs";
    res.set("Content-Security-Policy", POLICY);
    next();
  });
  router.use(express.static(absolutePath(), { index: false, maxAge: "1h" }));
  router.use((req, res, next) => {
    if (req.method !== "GET") next();
    else if (req.path === "/") res.type("html").send(PAGE);
    else if (req.path === "/start.js") res.type("js").send(START);
    else next();
  });
  return router;
}
