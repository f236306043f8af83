/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { NextRequest } from "next/server";
import { proxy } from "./proxy.ts";

const policyOf = (path = "/today", headers = {}) =>
  proxy(new NextRequest(`https://timos.example${path}`, { headers })).headers.get(
    "content-security-policy",
  ) ?? "";

describe("the policy of a page", () => {
  it("loads, frames and submits nothing but its own, and runs only scripts that it names", () => {
    const directives = policyOf().split("; ");
    for (const directive of [
      "default-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "connect-src 'self'",
      "worker-src 'self'",
      "manifest-src 'self'",
    ]) {
      expect(directives).toContain(directive);
    }
    expect(policyOf()).not.toMatch(/unsafe|\*/);
  });

  it("names them by a number that is used once", () => {
    const nonces = Array.from({ length: 5 }, () => /'nonce-([^']+)'/.exec(policyOf())?.[1]);
    expect(new Set(nonces).size).toBe(5);
    for (const nonce of nonces) expect(nonce?.length).toBeGreaterThanOrEqual(22);
  });

  it("is not what a request asks for, and lets nobody in or out (CVE-2025-29927)", () => {
    const said = { "content-security-policy": "default-src *", "x-middleware-subrequest": "proxy" };
    expect(policyOf("/today", said)).not.toContain("*");
    const response = proxy(new NextRequest("https://timos.example/today"));
    expect(response.headers.get("location")).toBeNull();
    expect(response.status).toBe(200);
  });
});

describe("whoever comes over TLS", () => {
  it("is held to it for a year, on every host of the site; others are not told", async () => {
    const { default: configOf } = await import("../next.config.ts");
    const groups = (await configOf("phase-production-server").headers?.()) ?? [];
    const holding = groups.filter(({ headers }) =>
      headers.some(({ key }) => key === "Strict-Transport-Security"),
    );
    expect(holding).toEqual([
      {
        source: "/:path*",
        has: [{ type: "header", key: "x-forwarded-proto", value: "https" }],
        headers: [
          { key: "Strict-Transport-Security", value: "max-age=31536000; includeSubDomains" },
        ],
      },
    ]);
  });
});

describe("the id of a request", () => {
  it("is passed on as it comes, and is made for a request without one that is well-formed", () => {
    const answered = (id?: string) => {
      const sent = id === undefined ? {} : { headers: { "x-request-id": id } };
      const { headers } = proxy(new NextRequest("https://timos.example/today", sent));
      const passedOn = headers.get("x-middleware-request-x-request-id");
      return { id: headers.get("x-request-id"), passedOn };
    };
    const given = "from-the-proxy.1";
    expect(answered(given)).toEqual({ id: given, passedOn: given });
    for (const id of [undefined, "short", "no spaces, please", "x".repeat(129)]) {
      const { id: made, passedOn } = answered(id);
      expect(made).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
      expect(passedOn).toBe(made);
    }
  });
});
