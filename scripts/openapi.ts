import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { contract } from "../api/src/contract/index.ts";
import { openapi } from "../api/src/http/openapi.ts";

/** Writes the API's description where it can be read without running anything. */
const file = join(import.meta.dirname, "../docs/openapi.json");
writeFileSync(
  file,
  await format(JSON.stringify(openapi(contract)), { parser: "json", printWidth: 100 }),
);
console.log(`wrote ${file}`);
