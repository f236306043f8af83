import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { KindName } from "../../contract/record.ts";
import { Day, Id, Page, Unreadable, pageOf } from "../../contract/values.ts";

const InTrash = z.strictObject({ kind: KindName, id: Id });

const Trashed = z.object({
  kind: KindName,
  id: Id,
  rev: z.int().min(1),
  purgeAfter: Day.describe("After this day it may be deleted for good"),
  record: z
    .record(z.string(), z.unknown())
    .describe("Its fields as they were, without the body that some kinds have"),
});

export const trash = endpoints({
  list: {
    method: "GET",
    path: "/api/trash",
    summary: "List what is in the trash, of all kinds, what is deleted last first",
    auth: "user",
    permission: "journal:read",
    query: Page,
    responses: { 200: pageOf(Trashed).extend({ unreadable: Unreadable }) },
    conditional: true,
    errors: ["invalid_request"],
  },
  restore: {
    method: "POST",
    path: "/api/trash/:kind/:id/restore",
    summary: "Take a record out of the trash, as it was",
    auth: "user",
    permission: "journal:write",
    params: InTrash,
    responses: { 200: z.object({ kind: KindName, id: Id, rev: z.int().min(1) }) },
    etag: true,
    errors: ["invalid_request", "not_found", "conflict", "record_unreadable"],
  },
  purge: {
    method: "DELETE",
    path: "/api/trash/:kind/:id",
    summary: "Delete a record in the trash for good, with its earlier states",
    auth: "user",
    permission: "journal:write",
    params: InTrash,
    responses: { 204: null },
    errors: ["invalid_request", "not_found"],
  },
});
