import { isUtf8 } from "node:buffer";
import express, { type Request, type RequestHandler } from "express";
import type { Endpoint } from "../contract/endpoint.ts";
import { AppError } from "../contract/errors.ts";

const LIMIT_BYTES = { small: 16 * 1024, journal: 2 * 1024 * 1024 };
const JSON_TYPES = ["application/json", "application/merge-patch+json"];
const FORM_TYPE = "application/x-www-form-urlencoded";

const parsers = {
  small: parser(LIMIT_BYTES.small),
  journal: parser(LIMIT_BYTES.journal),
  form: express.urlencoded({ limit: LIMIT_BYTES.small, type: FORM_TYPE, extended: false }),
};

/**
 * Reads the body of an endpoint, JSON or a form, into `req.body`; without a body that is undefined.
 *
 * @throws AppError `unsupported_media_type`, `payload_too_large`, or `invalid_request` for what is no JSON in UTF-8.
 */
export async function readBody(endpoint: Endpoint, req: Request): Promise<unknown> {
  if (endpoint.body === undefined) return undefined;
  const limit = endpoint.bodyLimit ?? "small";
  const parse = parsers[endpoint.form ? "form" : limit];
  const hasBody =
    req.headers["transfer-encoding"] !== undefined ||
    Number(req.headers["content-length"] ?? 0) > 0;
  if (!hasBody) return undefined;
  if (req.is(endpoint.form ? FORM_TYPE : JSON_TYPES) === false)
    throw new AppError("unsupported_media_type");
  await new Promise<void>((resolve, reject) => {
    parse(req, req.res as never, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(bodyFault(error, LIMIT_BYTES[limit]));
    });
  });
  return req.body;
}

function parser(limit: number): RequestHandler {
  return express.json({
    limit,
    type: JSON_TYPES,
    // What is thrown here is written to by the parser: no AppError, which cannot be.
    verify: (_req, _res, bytes, charset) => {
      if (charset !== "utf-8") {
        throw Object.assign(new Error("another charset"), { type: "charset.unsupported" });
      }
      // Decoding would put a replacement character where the bytes are wrong, and so alter the text silently.
      if (!isUtf8(bytes)) throw new Error("not UTF-8");
    },
  });
}

function bodyFault(error: unknown, limit: number): Error {
  const type = error instanceof Error && "type" in error ? error.type : undefined;
  switch (type) {
    case "entity.too.large":
    case "parameters.too.many":
      return new AppError("payload_too_large", {
        cause: error,
        ...bodyIs(`must be at most ${limit.toLocaleString("en")} bytes`),
      });
    case "encoding.unsupported":
    case "charset.unsupported":
      return new AppError("unsupported_media_type", { cause: error });
    case "entity.parse.failed":
      return new AppError("invalid_request", { cause: error, ...bodyIs("must be valid JSON") });
    case "request.aborted":
    case "request.size.invalid":
      return new AppError("invalid_request", { cause: error, ...bodyIs("ended too early") });
    case "entity.verify.failed":
      return new AppError("invalid_request", { cause: error, ...bodyIs("must be UTF-8") });
    case undefined:
      // What came was not compressed as it said, or the connection broke.
      return new AppError("invalid_request", { cause: error, ...bodyIs("could not be read") });
    default:
      return error instanceof Error ? error : new Error("the body could not be read");
  }
}

function bodyIs(message: string) {
  return { errors: [{ path: "body", message }] };
}
