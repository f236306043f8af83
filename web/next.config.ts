import type { NextConfig } from "next";

const repository = new URL("..", import.meta.url).pathname;

const securityHeaders = [
  { key: "Referrer-Policy", value: "no-referrer" },
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "X-Robots-Tag", value: "noindex, nofollow" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  {
    key: "Permissions-Policy",
    value: "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
  },
];

/** What the proxy that has the certificate says of a request, and what holds browsers to TLS from then on. */
const overTls = { type: "header", key: "x-forwarded-proto", value: "https" } as const;
const onlyTls = {
  key: "Strict-Transport-Security",
  value: "max-age=31536000; includeSubDomains",
};

/** Where `next dev` finds the API. In production `/api` never reaches Next: what stands in front sends it on. */
function developmentApi(): string {
  // eslint-disable-next-line no-restricted-properties -- the web's only setting, and for development alone
  return process.env["API_INTERNAL_URL"] ?? "http://127.0.0.1:4000";
}

const config = (phase: string): NextConfig => ({
  poweredByHeader: false,
  reactStrictMode: true,
  output: "standalone",
  outputFileTracingRoot: repository,
  // Served with the names of the build's files before it: src/app/service-worker/route.ts.
  outputFileTracingIncludes: { "/service-worker": ["./worker/**/*"] },
  turbopack: {
    root: repository,
    // Messages are compiled on the server (src/i18n/messages.ts): what formats them is small, and parses nothing.
    resolveAlias: { "use-intl/format-message": "use-intl/format-message/format-only" },
  },
  transpilePackages: ["@timos/api"],
  headers: () =>
    Promise.resolve([
      { source: "/:path*", headers: securityHeaders },
      { source: "/:path*", has: [overTls], headers: [onlyTls] },
    ]),
  ...(phase === "phase-development-server" && {
    rewrites: () =>
      Promise.resolve([{ source: "/api/:path*", destination: `${developmentApi()}/api/:path*` }]),
    // Next buffers request bodies when there is a proxy.ts and cuts them at 10 MB unless told otherwise.
    experimental: { proxyClientMaxBodySize: "50mb" },
  }),
});

export default config;
