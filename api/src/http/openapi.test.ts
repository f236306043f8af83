import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import type { Endpoint } from "../contract/endpoint.ts";
import { contract } from "../contract/index.ts";
import { openapi } from "./openapi.ts";

it("the description in docs/ is that of the contract (npm run openapi writes it)", () => {
  const file = join(import.meta.dirname, "../../../docs/openapi.json");
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(
    JSON.parse(JSON.stringify(openapi(contract))),
  );
});

const journal = Object.values(contract)
  .flatMap((feature) => Object.values<Endpoint>(feature))
  .filter((endpoint) => "permission" in endpoint && endpoint.permission.startsWith("journal:"));

const bodies = journal.flatMap(({ method, path, body }) =>
  body === undefined ? [] : [{ name: `${method} ${path}`, body }],
);
it.each(bodies)("$name has an example of its body, which it takes", ({ body }) => {
  const examples: unknown = body.meta()?.["examples"];
  expect(examples).toEqual(expect.arrayContaining([expect.anything()]));
  for (const example of examples as unknown[])
    expect(body.safeParse(example).error).toBeUndefined();
});

const records = journal.filter(({ method, path }) => method === "GET" && path.endsWith("/:id"));
it.each(records)("$path has an example of its answer with all fields of a record", (endpoint) => {
  const { 200: record } = endpoint.responses;
  const [example] = (record?.meta()?.["examples"] ?? []) as object[];
  expect(record?.safeParse(example).error).toBeUndefined();
  expect(example).toMatchObject({ id: expect.any(String), rev: expect.any(Number) });
});
