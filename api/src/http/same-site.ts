import type { Request } from "express";
import { AppError } from "../contract/errors.ts";

/**
 * Refuses a request that another site's page made with this browser's cookie. Browsers say where a request comes from
 * in `Sec-Fetch-Site`, older ones in `Origin`; a client that says neither is no browser, and nobody's cookie jar.
 * (OWASP CSRF cheat sheet, Fetch Metadata; the cookie is SameSite=Lax and only JSON is read besides.)
 *
 * @throws AppError `csrf_failed`.
 */
export function assertSameSite(req: Request, origins: readonly string[]): void {
  const origin = req.get("origin");
  if (origin !== undefined && origins.includes(origin)) return;
  const site = req.get("sec-fetch-site");
  const isOurs =
    site === undefined ? origin === undefined : site === "same-origin" || site === "none";
  if (!isOurs) throw new AppError("csrf_failed");
}
