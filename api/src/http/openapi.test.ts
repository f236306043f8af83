import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { contract } from "../contract/index.ts";
import { openapi } from "./openapi.ts";

it("the description in docs/ is that of the contract (npm run openapi writes it)", () => {
  const file = join(import.meta.dirname, "../../../docs/openapi.json");
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(
    JSON.parse(JSON.stringify(openapi(contract))),
  );
});
