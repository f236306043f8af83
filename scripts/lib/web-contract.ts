import * as z from "zod";
import { sha256 } from "../../api/src/crypto/digest.ts";
import {
  type Endpoints,
  ERRORS,
  MAX_PASSWORD_LENGTH,
  MIN_PASSWORD_LENGTH,
} from "../../api/src/contract/index.ts";

/** What the pages need of the contract while they run: of the schemas they have the types alone (ADR 0040). */
export function webContract(contract: Readonly<Record<string, Endpoints>>) {
  const routes = Object.entries(contract).map(([group, endpoints]) => {
    const lines = Object.entries(endpoints).map(([name, { auth, method, path }]) => [
      name,
      `${auth} ${method} ${path}`,
    ]);
    return [group, Object.fromEntries(lines) as Readonly<Record<string, string>>] as const;
  });
  const statuses = Object.entries(ERRORS).map(([code, { status }]) => [code, status] as const);
  return {
    ROUTES: Object.fromEntries(routes),
    STATUSES: Object.fromEntries(statuses),
    PASSWORD_LENGTH: { min: MIN_PASSWORD_LENGTH, max: MAX_PASSWORD_LENGTH },
    CONTRACT: likenessOf(contract),
  };
}

/** Changes whenever an answer to a question is of another shape. */
function likenessOf(contract: Readonly<Record<string, Endpoints>>): string {
  const answers = Object.values(contract)
    .flatMap((endpoints) => Object.values(endpoints))
    .filter(({ method }) => method === "GET")
    .map(({ path, responses }) => [
      path,
      responses[200] && z.toJSONSchema(responses[200], { unrepresentable: "any" }),
    ]);
  const shapes = JSON.stringify(answers, (name, value: unknown) =>
    name === "description" || name === "examples" ? undefined : value,
  );
  return sha256(shapes).toString("hex").slice(0, 16);
}

const RECORDS = /^(\w+) (\w+) (\/api\/[\w-]+)$/;

/** The file of the pages that holds it. What the records of the journal have in common is written once. */
export function webContractFile(contract: Readonly<Record<string, Endpoints>>): string {
  const { ROUTES, STATUSES, PASSWORD_LENGTH, CONTRACT } = webContract(contract);
  const [, , , path = ""] = RECORDS.exec(ROUTES["entries"]?.["list"] ?? "") ?? [];
  const common = Object.entries(ROUTES["entries"] ?? {}).map(
    ([name, line]) => [name, line.replace(path, "${path}")] as const,
  );
  const groups = Object.entries(ROUTES).map(([group, routes]) => {
    const own = RECORDS.exec(routes["list"] ?? "")?.[3] ?? "";
    const rest = Object.entries(routes).filter(
      ([name, line]) => !common.some(([n, l]) => n === name && l.replace("${path}", own) === line),
    );
    const isOfRecords = Object.keys(routes).length - rest.length === common.length;
    return isOfRecords
      ? `${group}: { ...records(${JSON.stringify(own)}), ${members(rest)} }`
      : `${group}: { ${members(Object.entries(routes))} }`;
  });
  return `// Written by \`npm run openapi\`; what is changed here is overwritten.

/** What every kind of record has. */
const records = (path: string) => ({ ${common.map(([name, line]) => `${name}: \`${line}\``).join(", ")} });

/** Every endpoint: who may ask, method and path. */
export const ROUTES = { ${groups.join(", ")} };

/** The status of each failure. */
export const STATUSES: Readonly<Record<string, number>> = ${JSON.stringify(STATUSES)};

export const PASSWORD_LENGTH = ${JSON.stringify(PASSWORD_LENGTH)};

/** What answers are like; another text for any other likeness. */
export const CONTRACT = ${JSON.stringify(CONTRACT)};
`;
}

const members = (routes: readonly (readonly [name: string, line: string])[]) =>
  routes.map(([name, line]) => `${name}: ${JSON.stringify(line)}`).join(", ");
