import * as z from "zod";
import { endpoints } from "./endpoint.ts";
import { Id, Instant, Page, Unreadable, pageOf } from "./values.ts";

/** The kinds of record, as their paths name them. */
export const KindName = z.enum([
  "entries",
  "feels",
  "pillars",
  "pillar-scores",
  "habits",
  "habit-checks",
  "moods",
  "mood-logs",
  "daily-recaps",
  "weekly-recaps",
  "templates",
  "reminders",
]);
export type KindName = z.output<typeof KindName>;

/** What every record of the journal carries besides its own fields. */
const RecordMeta = z.object({
  id: Id,
  rev: z
    .int()
    .min(1)
    .describe("The number of its latest change; every change of an owner has its own."),
  createdAt: Instant,
  updatedAt: Instant,
});

const META_EXAMPLE = {
  id: "9b2f6c1e-4d8a-4f37-b0c5-6a1d2e3f4a5b",
  rev: 12,
  createdAt: "2026-11-21T06:31:07.412Z",
  updatedAt: "2026-11-21T20:02:55.090Z",
};

/** A body for PATCH (JSON merge patch, RFC 7396): any field may be left out, null takes a field back to its default. */
type PatchShape<S extends z.ZodRawShape> = {
  [K in keyof S]: z.ZodOptional<z.ZodNullable<z.ZodType<z.input<S[K]>>>>;
};

type RecordShape<S, D> = typeof RecordMeta.shape & S & D;

const RecordId = z.strictObject({ id: Id });

const Nothing = z.object({});

/**
 * The shared protocol of records, for one kind: list, create, read, put, patch, delete, versions, restore.
 *
 * @param kind - The path segment and plural name, such as `entries`.
 * @param fields - The fields of the kind, each with its default where it has one, and an example of all.
 * @param filters - What `GET /api/<kind>` can be narrowed by.
 * @param derived - What is worked out of the fields, and answered beside them.
 */
export function recordEndpoints<
  const K extends KindName,
  S extends z.ZodRawShape,
  F extends z.ZodRawShape,
  D extends z.ZodRawShape = typeof Nothing.shape,
>(
  kind: K,
  fields: z.ZodObject<S, z.core.$strict>,
  filters: z.ZodObject<F>,
  derived?: z.ZodObject<D>,
) {
  const example = exampleOf(fields);
  const record = z
    .object({
      ...RecordMeta.shape,
      ...fields.shape,
      ...(derived ?? Nothing).shape,
    } as RecordShape<S, D>)
    .meta({ examples: [Object.assign({}, META_EXAMPLE, example, exampleOf(derived))] });
  const patch = z
    .strictObject(
      Object.fromEntries(
        Object.entries(fields.shape).map(([name, field]) => [
          name,
          z.optional(z.nullable(field instanceof z.ZodDefault ? field.unwrap() : field)),
        ]),
      ) as unknown as PatchShape<S>,
    )
    .meta({ examples: [Object.fromEntries(Object.entries(example).slice(-1)) as never] });
  const path = `/api/${kind}` as const;
  const list = z.strictObject({ ...Page.shape, ...filters.shape });
  return endpoints({
    list: {
      method: "GET",
      path,
      summary: `List ${kind}, newest first`,
      auth: "user",
      permission: "journal:read",
      query: list,
      responses: { 200: pageOf(record).extend({ unreadable: Unreadable }) },
      conditional: true,
      errors: ["invalid_request"],
    },
    create: {
      method: "POST",
      path,
      summary: `Create one of ${kind}`,
      auth: "user",
      permission: "journal:write",
      body: fields,
      bodyLimit: "journal",
      responses: { 201: record },
      etag: true,
      idempotent: true,
      errors: ["invalid_request", "conflict", "record_unreadable", "payload_too_large"],
    },
    get: {
      method: "GET",
      path: `${path}/:id`,
      summary: `Read one of ${kind}`,
      auth: "user",
      permission: "journal:read",
      params: RecordId,
      responses: { 200: record },
      etag: true,
      errors: ["not_found", "record_unreadable"],
    },
    put: {
      method: "PUT",
      path: `${path}/:id`,
      summary: `Create or replace one of ${kind} under an id of the client's making`,
      auth: "user",
      permission: "journal:write",
      params: RecordId,
      body: fields,
      bodyLimit: "journal",
      responses: { 200: record, 201: record },
      etag: true,
      guarded: true,
      errors: [
        "invalid_request",
        "conflict",
        "rev_mismatch",
        "record_unreadable",
        "payload_too_large",
      ],
    },
    patch: {
      method: "PATCH",
      path: `${path}/:id`,
      summary: `Change fields of one of ${kind} (JSON merge patch)`,
      auth: "user",
      permission: "journal:write",
      params: RecordId,
      body: patch,
      bodyLimit: "journal",
      responses: { 200: record },
      etag: true,
      guarded: true,
      errors: [
        "invalid_request",
        "not_found",
        "conflict",
        "rev_mismatch",
        "record_unreadable",
        "payload_too_large",
      ],
    },
    remove: {
      method: "DELETE",
      path: `${path}/:id`,
      summary: `Move one of ${kind} to the trash for 30 days`,
      auth: "user",
      permission: "journal:write",
      params: RecordId,
      responses: { 204: null },
      guarded: true,
      errors: ["not_found", "rev_mismatch", "record_unreadable"],
    },
    versions: {
      method: "GET",
      path: `${path}/:id/versions`,
      summary: `List the earlier states of one of ${kind}, newest first`,
      auth: "user",
      permission: "journal:read",
      params: RecordId,
      query: Page,
      responses: { 200: pageOf(record).extend({ unreadable: Unreadable }) },
      conditional: true,
      errors: ["not_found"],
    },
    restore: {
      method: "POST",
      path: `${path}/:id/restore`,
      summary: `Write an earlier state of one of ${kind} again, as its newest`,
      auth: "user",
      permission: "journal:write",
      params: RecordId,
      body: z.strictObject({ rev: z.int().min(1) }).meta({ examples: [{ rev: 11 }] }),
      responses: { 200: record },
      etag: true,
      guarded: true,
      errors: ["invalid_request", "not_found", "rev_mismatch", "record_unreadable"],
    },
  });
}

/** The first example that a schema was given, by which the description of the API shows it. */
function exampleOf(schema: z.ZodType | undefined): Readonly<Record<string, unknown>> {
  return (
    z.array(z.record(z.string(), z.unknown())).parse(schema?.meta()?.["examples"] ?? [])[0] ?? {}
  );
}
