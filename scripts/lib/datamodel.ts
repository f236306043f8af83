import { readFileSync } from "node:fs";
import { get_dmmf } from "@prisma/prisma-schema-wasm";
import { z } from "zod";

const Field = z.object({
  name: z.string(),
  dbName: z.string().optional(),
  kind: z.enum(["scalar", "enum", "object"]),
  type: z.string(),
  isRequired: z.boolean(),
  nativeType: z.tuple([z.string(), z.array(z.string())]).nullish(),
  default: z
    .union([
      z.string(),
      z.number(),
      z.boolean(),
      z.object({ name: z.string(), args: z.array(z.union([z.string(), z.number()])) }),
    ])
    .optional(),
  relationFromFields: z.array(z.string()).default([]),
  relationToFields: z.array(z.string()).default([]),
  relationOnDelete: z.string().optional(),
  relationOnUpdate: z.string().optional(),
});
export type Field = z.infer<typeof Field>;

const Model = z.object({
  name: z.string(),
  dbName: z.string().nullable(),
  fields: z.array(Field),
});
export type Model = z.infer<typeof Model>;

const Index = z.object({
  model: z.string(),
  type: z.enum(["id", "unique", "normal", "fulltext"]),
  dbName: z.string().optional(),
  fields: z.array(
    z.object({
      name: z.string(),
      sortOrder: z.enum(["asc", "desc"]).optional(),
      length: z.coerce.number().optional(),
    }),
  ),
});
export type Index = z.infer<typeof Index>;

const Datamodel = z.object({
  models: z.array(Model),
  enums: z.array(
    z.object({
      name: z.string(),
      values: z.array(z.object({ name: z.string(), dbName: z.string().nullable() })),
    }),
  ),
  indexes: z.array(Index),
});
/** What a Prisma schema says, in the form Prisma's own parser gives it (DMMF). */
export type Datamodel = z.infer<typeof Datamodel>;

/** Reads a schema.prisma. Throws Prisma's complaint when it is not valid, a ZodError on a feature not known here. */
export function readDatamodel(schemaFile: string): Datamodel {
  const prismaSchema = [["schema.prisma", readFileSync(schemaFile, "utf8")]];
  const answer: unknown = JSON.parse(get_dmmf(JSON.stringify({ prismaSchema, noColor: true })));
  return z.object({ datamodel: Datamodel }).parse(answer).datamodel;
}
