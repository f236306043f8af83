import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** As much of S3 as backups use, in memory: no signatures, one bucket, and it can be made to fail. */
export interface S3Server {
  readonly url: string;
  readonly objects: Map<string, Buffer>;
  /** Uploads in parts that were neither completed nor aborted, by their id. */
  readonly uploads: Map<string, { key: string; parts: Map<number, Buffer> }>;
  /** Called before each request is answered; what it throws breaks off the connection. */
  fail: ((request: { method: string; key: string; query: URLSearchParams }) => void) | null;
  /** So many answers with an object break off after so many of its bytes. */
  cut: { times: number; after: number };
  close(): Promise<void>;
}

export async function startS3(bucket: string): Promise<S3Server> {
  const objects: S3Server["objects"] = new Map();
  const uploads: S3Server["uploads"] = new Map();
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams: query } = new URL(request.url ?? "", "http://s3");
    const [, named, ...rest] = decodeURIComponent(pathname).split("/");
    const key = rest.join("/");
    const method = request.method ?? "";
    faked.fail?.({ method, key, query });
    const body = await buffer(request);
    if (named !== bucket) return refuse(response, 404, "NoSuchBucket");
    if (key === "") return list(response, query);
    return object(request, response, { method, key, query, body });
  };

  const object = (
    request: IncomingMessage,
    response: ServerResponse,
    of: { method: string; key: string; query: URLSearchParams; body: Buffer },
  ) => {
    const { method, key, query, body } = of;
    const uploadId = query.get("uploadId") ?? "";
    const upload = uploads.get(uploadId);
    if (method === "POST" && query.has("uploads")) {
      const id = randomUUID();
      uploads.set(id, { key, parts: new Map() });
      return xml(response, "InitiateMultipartUploadResult", `<UploadId>${id}</UploadId>`);
    }
    if (uploadId !== "" && upload === undefined) return refuse(response, 404, "NoSuchUpload");
    if (upload !== undefined && method === "POST") {
      const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
      objects.set(key, Buffer.concat(parts));
      uploads.delete(uploadId);
      return xml(response, "CompleteMultipartUploadResult", `<Key>${key}</Key>`);
    }
    if (upload !== undefined && method === "DELETE") {
      uploads.delete(uploadId);
      return response.writeHead(204).end();
    }
    if (upload !== undefined) {
      upload.parts.set(Number(query.get("partNumber")), body);
      return response.writeHead(200, { etag: '"part"' }).end();
    }
    if (method === "PUT") {
      objects.set(key, body);
      return response.writeHead(200, { etag: '"whole"' }).end();
    }
    if (method === "DELETE") {
      objects.delete(key);
      return response.writeHead(204).end();
    }
    const found = objects.get(key);
    if (found === undefined) return refuse(response, 404, "NoSuchKey");
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const content = found.subarray(from);
    response.writeHead(from === 0 ? 200 : 206, { "content-length": content.length });
    if (method === "GET" && content.length > faked.cut.after && faked.cut.times-- > 0) {
      response.write(content.subarray(0, faked.cut.after), () => response.destroy());
      return response;
    }
    return response.end(method === "HEAD" ? undefined : content);
  };

  const list = (response: ServerResponse, query: URLSearchParams) => {
    const prefix = query.get("prefix") ?? "";
    if (query.has("uploads")) {
      const found = [...uploads].filter(([, { key }]) => key.startsWith(prefix));
      const named = found.map(
        ([id, { key }]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`,
      );
      return xml(response, "ListMultipartUploadsResult", named.join(""));
    }
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix));
    const folderOf = (key: string) => `${prefix}${key.slice(prefix.length).split("/")[0]}/`;
    const content =
      query.get("delimiter") === "/"
        ? [...new Set(keys.map(folderOf))].map(
            (folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`,
          )
        : keys.map((key) => `<Contents><Key>${key}</Key></Contents>`);
    return xml(response, "ListBucketResult", `<IsTruncated>false</IsTruncated>${content.join("")}`);
  };

  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const faked: S3Server = {
    url: `http://127.0.0.1:${port}`,
    objects,
    uploads,
    fail: null,
    cut: { times: 0, after: 0 },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return faked;
}

function xml(
  response: ServerResponse,
  name: string,
  content: string,
  status = 200,
): ServerResponse {
  response.writeHead(status, { "content-type": "application/xml" });
  return response.end(`<?xml version="1.0" encoding="UTF-8"?><${name}>${content}</${name}>`);
}

const refuse = (response: ServerResponse, status: number, code: string): ServerResponse =>
  xml(response, "Error", `<Code>${code}</Code><Message>${code}</Message>`, status);
