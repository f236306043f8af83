import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { contract } from "../api/src/contract/index.ts";
import { openapi } from "../api/src/http/openapi.ts";
import { webContractFile } from "./lib/web-contract.ts";

/** Writes the API's description where it can be read without running anything, and what the pages need of it. */
const FILES = [
  { path: "docs/openapi.json", parser: "json", text: JSON.stringify(openapi(contract)) },
  { path: "web/src/lib/contract.ts", parser: "typescript", text: webContractFile(contract) },
];
for (const { path, parser, text } of FILES) {
  const file = join(import.meta.dirname, "..", path);
  writeFileSync(file, await format(text, { parser, printWidth: 100 }));
  console.log(`wrote ${file}`);
}
