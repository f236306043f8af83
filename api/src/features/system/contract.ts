import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";

const Check = z.enum(["ok", "failed"]);
const Health = z.object({
  status: Check,
  checks: z.object({ platform: Check, vault: Check, redis: Check, keys: Check }),
});
export type Health = z.output<typeof Health>;

export const system = endpoints({
  live: {
    method: "GET",
    path: "/health/live",
    summary: "The process answers",
    auth: "public",
    responses: { 200: z.object({ status: z.literal("ok") }) },
    errors: [],
  },
  ready: {
    method: "GET",
    path: "/health/ready",
    summary: "Both databases, Redis and the keys were tried just now; 503 when one fails",
    auth: "public",
    responses: { 200: Health, 503: Health },
    errors: [],
  },
  openapi: {
    method: "GET",
    path: "/api/openapi.json",
    summary: "This description",
    auth: "public",
    responses: { 200: z.looseObject({ openapi: z.string() }) },
    errors: [],
  },
});
