import { AsyncLocalStorage } from "node:async_hooks";
import { Prisma } from "../../generated/platform/client.ts";

/** Whose rows the queries of this request may touch: one tenant's, or (sign-in, jobs) everyone's. */
type Scope = { readonly tenantId: string } | "system";

const scopes = new AsyncLocalStorage<Scope>();

/** Runs `work` so that its platform queries see one tenant only. */
export function asTenant<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
  return scopes.run({ tenantId }, awaited(work));
}

/** Runs `work` unconfined: for what happens before anyone is signed in, and for jobs. */
export function asSystem<T>(work: () => Promise<T>): Promise<T> {
  return scopes.run("system", awaited(work));
}

/** Prisma's promises do nothing until they are awaited, which has to happen inside of the scope. */
function awaited<T>(work: () => Promise<T>): () => Promise<T> {
  return async () => await work();
}

/** The models that carry `tenantId`, read off the generated client so that a new one cannot be forgotten. */
const TENANT_MODELS = new Set(
  Object.values(Prisma.ModelName).filter(
    (model) => "tenantId" in (Prisma[`${model}ScalarFieldEnum`] as Record<string, string>),
  ) as string[],
);

const WRITES_ROWS = new Set(["create", "createMany"]);
const FINDS_ROWS = new Set([
  "findUnique",
  "findUniqueOrThrow",
  "findFirst",
  "findFirstOrThrow",
  "findMany",
  "count",
  "aggregate",
  "groupBy",
  "update",
  "updateMany",
  "delete",
  "deleteMany",
]);

/**
 * Confines every query to the tenant of the running request. A query outside {@link asTenant} and {@link asSystem}
 * throws instead of seeing all, and so does an operation it does not know how to confine.
 */
export const tenancy = Prisma.defineExtension({
  name: "tenancy",
  query: {
    $allOperations({ model, operation, args, query }) {
      const scope = scopes.getStore();
      if (scope === undefined)
        throw new Error("a platform query outside of a tenant and of the system");
      if (scope === "system" || operation === "$transaction") return query(args);
      if (model === undefined) throw new Error("raw SQL cannot be confined to a tenant");
      return query(confine(model, operation, args as Record<string, unknown>, scope.tenantId));
    },
  },
});

function confine(
  model: string,
  operation: string,
  args: Record<string, unknown>,
  tenantId: string,
) {
  const own = model === "Tenant" ? { id: tenantId } : { tenantId };
  const isConfinable = model === "Tenant" || TENANT_MODELS.has(model);
  if (isConfinable && FINDS_ROWS.has(operation)) {
    const data = args["data"] as object | undefined;
    if (data !== undefined && ("tenantId" in data || "tenant" in data)) {
      throw new Error("a row cannot change its tenant");
    }
    const where = (args["where"] ?? {}) as { AND?: object | object[] };
    return { ...args, where: { ...where, AND: [where.AND ?? [], own].flat() } };
  }
  if (TENANT_MODELS.has(model) && WRITES_ROWS.has(operation)) {
    const rows = [args["data"]].flat() as { tenantId?: unknown }[];
    if (rows.some((row) => row.tenantId !== tenantId)) throw new Error("a row of another tenant");
    return args;
  }
  throw new Error(`${operation} of ${model} cannot be confined to a tenant`);
}
