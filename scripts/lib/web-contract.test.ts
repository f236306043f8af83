import { describe, expect, it } from "@jest/globals";
import { contract } from "../../api/src/contract/index.ts";
import * as written from "../../web/src/lib/contract.ts";
import { webContract } from "./web-contract.ts";

describe("what the pages have of the contract", () => {
  it("is the contract's; `npm run openapi` writes it anew", () => {
    expect({ ...written }).toEqual(webContract(contract));
  });
});
