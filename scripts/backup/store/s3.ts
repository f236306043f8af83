import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { ListMultipartUploadsCommandOutput, S3ClientConfig } from "@aws-sdk/client-s3";
import { asError } from "../../launcher/files.ts";
import { variable, type Environment } from "../../launcher/settings.ts";
import { measured } from "../measured.ts";
import { FileMissing } from "./file-missing.ts";
import type { Store } from "./store.ts";

const MEGABYTE = 1024 * 1024;
/** Two of these are in memory at a time. */
const PART_BYTES = 16 * MEGABYTE;
/** An object has at most 10,000 parts; some are left for what the content is longer than expected. */
const PARTS = 8000;
const CONNECT_WITHIN_MS = 10_000;
const SILENT_AT_MOST_MS = 60_000;
/** How often in a row a connection may break while an object is read. */
const TRIES = 3;

/** Backups in a bucket of S3, or of anything that speaks as it does. An object appears when its upload is completed. */
export async function s3Store(to: string, env: Environment): Promise<Store> {
  const { bucket, prefix } = parse(to);
  const { sdk, Upload } = await loadSdk();
  const client = new sdk.S3Client(settings(env));
  const keyOf = (path: string) => `${prefix}${path}`;
  const name = `s3://${bucket}/${prefix}`.replace(/\/$/, "");
  const guarded = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explained(error, `${name}/${path}`, bucket);
    }
  };

  /** Uploads below a folder that were begun and never completed; none where the server does not tell. */
  const unfinished = async (folder: string) => {
    try {
      const Prefix = keyOf(`${folder}/`);
      const found: { Key: string; UploadId: string }[] = [];
      // The SDK pages other lists by itself.
      let from: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | null = {};
      while (from !== null) {
        const page: ListMultipartUploadsCommandOutput = await client.send(
          new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix, ...from }),
        );
        for (const { Key, UploadId } of page.Uploads ?? []) {
          if (Key === undefined || UploadId === undefined || !Key.startsWith(Prefix)) continue;
          found.push({ Key, UploadId });
        }
        const hasMore = page.IsTruncated === true && page.NextKeyMarker !== undefined;
        from = hasMore
          ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
          : null;
      }
      return found;
    } catch (error) {
      if (isOf(error, ["NotImplemented", "MethodNotAllowed", "AccessDenied"])) return [];
      throw error;
    }
  };

  return {
    name,
    put: (path, content, { signal, expectedBytes = 0 } = {}) =>
      guarded(path, async () => {
        const { stream: body, written } = measured(4 * MEGABYTE);
        const upload = new Upload({
          client,
          params: { Bucket: bucket, Key: keyOf(path), Body: body },
          partSize: Math.max(PART_BYTES, Math.ceil(expectedBytes / PARTS)),
          queueSize: 2,
          leavePartsOnError: false,
        });
        const stop = () => void upload.abort();
        signal?.addEventListener("abort", stop, { once: true });
        content.once("error", (error) => body.destroy(error));
        content.pipe(body);
        try {
          signal?.throwIfAborted();
          await upload.done();
          return written();
        } catch (error) {
          content.destroy();
          body.destroy();
          // What made the content fail says more than that the upload was given up.
          throw content.errored ?? error;
        } finally {
          signal?.removeEventListener("abort", stop);
        }
      }),
    get: async (path) => {
      const read = (from: number) =>
        guarded(path, async () => {
          const Range = from === 0 ? {} : { Range: `bytes=${from}-` };
          const { Body } = await client.send(
            new sdk.GetObjectCommand({ Bucket: bucket, Key: keyOf(path), ...Range }),
          );
          if (!(Body instanceof Readable)) throw new Error("the answer has no content");
          return Body;
        });
      const first = await read(0);
      return Readable.from(resumed(first, read), { objectMode: false });
    },
    size: async (path) => {
      try {
        const { ContentLength = 0 } = await client.send(
          new sdk.HeadObjectCommand({ Bucket: bucket, Key: keyOf(path) }),
        );
        return ContentLength;
      } catch (error) {
        if (isOf(error, ["NotFound", "NoSuchKey"])) return null;
        throw explained(error, `${name}/${path}`, bucket);
      }
    },
    folders: (path) =>
      guarded(path, async () => {
        const Prefix = keyOf(`${path}/`);
        const found = new Set<string>();
        const input = { client };
        const pages = sdk.paginateListObjectsV2(input, { Bucket: bucket, Prefix, Delimiter: "/" });
        for await (const { CommonPrefixes = [] } of pages) {
          for (const { Prefix: folder = "" } of CommonPrefixes)
            found.add(folder.slice(Prefix.length, -1));
        }
        for (const { Key } of await unfinished(path)) {
          const [folder, ...rest] = Key.slice(Prefix.length).split("/");
          if (folder !== undefined && rest.length > 0) found.add(folder);
        }
        return [...found];
      }),
    remove: (path) =>
      guarded(path, async () => {
        await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: keyOf(path) }));
      }),
    removeFolder: (path) =>
      guarded(path, async () => {
        const Prefix = keyOf(`${path}/`);
        for await (const { Contents = [] } of sdk.paginateListObjectsV2(
          { client },
          { Bucket: bucket, Prefix },
        )) {
          for (const { Key } of Contents) {
            await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key }));
          }
        }
        for (const { Key, UploadId } of await unfinished(path)) {
          await client.send(new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
        }
      }),
    close: () => client.destroy(),
  };
}

/**
 * An object's bytes, the connection made anew where it breaks: loading what was read may take longer than a server waits.
 * Gives up when it broke thrice without a byte in between.
 */
async function* resumed(
  first: Readable,
  read: (from: number) => Promise<Readable>,
): AsyncGenerator<Buffer> {
  let body: Readable | null = first;
  let [bytes, failures] = [0, 0];
  for (;;) {
    try {
      body ??= await read(bytes);
      for await (const part of body as AsyncIterable<Buffer>) {
        yield part;
        bytes += part.length;
        failures = 0;
      }
      return;
    } catch (error) {
      if (++failures === TRIES) throw error;
      await sleep(1000 * failures);
    } finally {
      body?.destroy();
      body = null;
    }
  }
}

function parse(to: string): { bucket: string; prefix: string } {
  const [, bucket, path = ""] = /^s3:\/\/([^/]+)\/?(.*)$/i.exec(to) ?? [];
  if (bucket === undefined) throw new Error(`${to} names no bucket: s3://bucket/prefix.`);
  const names = path.split("/").filter((name) => name !== "");
  return { bucket, prefix: names.map((name) => `${name}/`).join("") };
}

/** Credentials, region and the rest are found by the SDK itself; here is what differs for servers that are not Amazon's. */
function settings(env: Environment): S3ClientConfig {
  const endpoint = variable(env, "AWS_ENDPOINT_URL_S3") ?? variable(env, "AWS_ENDPOINT_URL");
  return {
    requestHandler: { connectionTimeout: CONNECT_WITHIN_MS, socketTimeout: SILENT_AT_MOST_MS },
    // Checksums that the SDK adds on its own are not understood by every server; the manifest has the hash of each file.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(endpoint === undefined
      ? {}
      : {
          endpoint,
          // A host per bucket takes a wildcard in DNS and in the certificate.
          forcePathStyle: true,
          region: variable(env, "AWS_REGION") ?? "us-east-1",
        }),
  };
}

async function loadSdk() {
  try {
    const [sdk, { Upload }] = await Promise.all([
      import("@aws-sdk/client-s3"),
      import("@aws-sdk/lib-storage"),
    ]);
    return { sdk, Upload };
  } catch (error) {
    throw new Error(
      "For s3:// the packages @aws-sdk/client-s3 and @aws-sdk/lib-storage have to be installed: npm install --include=optional",
      { cause: error },
    );
  }
}

const namesOf = (thrown: unknown): string[] => {
  if (typeof thrown !== "object" || thrown === null) return [];
  return [
    "name" in thrown ? String(thrown.name) : "",
    "Code" in thrown ? String(thrown.Code) : "",
    "code" in thrown ? String(thrown.code) : "",
    // The SDK puts some into others, and their names into the message.
    ...("message" in thrown ? (String(thrown.message).match(/\b[A-Z]\w{4,}\b/g) ?? []) : []),
  ];
};

const isOf = (thrown: unknown, names: readonly string[]): boolean =>
  namesOf(thrown).some((name) => names.includes(name));

function explained(thrown: unknown, where: string, bucket: string): Error {
  if (isOf(thrown, ["NoSuchKey", "NotFound"])) return new FileMissing(`There is no ${where}.`);
  const reasons: Readonly<Record<string, string>> = {
    NoSuchBucket: `there is no bucket ${bucket}. Make it first`,
    AccessDenied: "these credentials may not do that",
    Forbidden: "these credentials may not do that",
    InvalidAccessKeyId: "the server does not know this AWS_ACCESS_KEY_ID",
    SignatureDoesNotMatch: "AWS_SECRET_ACCESS_KEY is wrong",
    CredentialsProviderError: "no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ECONNREFUSED: "the server does not answer (connection refused). Is AWS_ENDPOINT_URL right?",
    ENOTFOUND: "the server's name is not known. Is AWS_ENDPOINT_URL right?",
    ECONNRESET: "the server broke off the connection",
    EPIPE: "the server broke off the connection",
    TimeoutError: "the server does not answer",
    SlowDown: "the server asks for fewer requests. Try again later",
  };
  const reason = namesOf(thrown)
    .map((name) => reasons[name])
    .find((text) => text !== undefined);
  const said = reason ?? asError(thrown).message;
  return new Error(`${where}: ${said}`.replace(/([^.?])$/, "$1."), { cause: thrown });
}
