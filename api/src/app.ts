import express, { type Express } from "express";
import { contract } from "./contract/index.ts";
import type { Deps } from "./deps.ts";
import { accountRoutes } from "./features/account/routes.ts";
import { adminRoutes } from "./features/admin/routes.ts";
import { admit } from "./features/auth/admit.ts";
import type { Caller } from "./features/auth/authenticate.ts";
import { authRoutes } from "./features/auth/routes.ts";
import type { AfterSignIn } from "./features/auth/signed-in.ts";
import { dailyRecapRoutes } from "./features/daily-recaps/routes.ts";
import { dayRoutes } from "./features/days/routes.ts";
import { emailChangeRoutes } from "./features/email-change/routes.ts";
import { entryRoutes } from "./features/entries/routes.ts";
import { feelsRoutes } from "./features/feels/routes.ts";
import { habitCheckRoutes } from "./features/habit-checks/routes.ts";
import { habitRoutes } from "./features/habits/routes.ts";
import { insightRoutes } from "./features/insights/routes.ts";
import { mfaRoutes } from "./features/mfa/routes.ts";
import { moodLogRoutes } from "./features/mood-logs/routes.ts";
import { moodRoutes } from "./features/moods/routes.ts";
import { oauthRoutes } from "./features/oauth/routes.ts";
import { onThisDayRoutes } from "./features/on-this-day/routes.ts";
import { passkeyRoutes } from "./features/passkeys/routes.ts";
import { pillarScoreRoutes } from "./features/pillar-scores/routes.ts";
import { pillarRoutes } from "./features/pillars/routes.ts";
import { promptRoutes } from "./features/prompts/routes.ts";
import { reminderRoutes } from "./features/reminders/routes.ts";
import { searchRoutes } from "./features/search/routes.ts";
import { sessionRoutes } from "./features/sessions/routes.ts";
import { apiMetrics } from "./features/system/metrics.ts";
import { syncRoutes } from "./features/sync/routes.ts";
import { validators } from "./features/sync/validator.ts";
import { systemRoutes } from "./features/system/routes.ts";
import { templateRoutes } from "./features/templates/routes.ts";
import { tenantRoutes } from "./features/tenants/routes.ts";
import { tokenRoutes } from "./features/tokens/routes.ts";
import { trashRoutes } from "./features/trash/routes.ts";
import { vaultRoutes } from "./features/vault/routes.ts";
import { verifySoon } from "./features/vault/vault.ts";
import { weeklyRecapRoutes } from "./features/weekly-recaps/routes.ts";
import { docs } from "./http/docs.ts";
import { metricsPage } from "./http/metrics.ts";
import { answerErrors, answerNotFound } from "./http/errors.ts";
import { front } from "./http/front.ts";
import { openapi } from "./http/openapi.ts";
import { outboxPage } from "./http/outbox.ts";
import type { Asked } from "./http/record-routes.ts";
import { straight, type Gates } from "./http/routes.ts";
import { trustedProxies } from "./lib/client-ip.ts";
import { asTenant } from "./platform/tenancy.ts";
import { hex } from "./lib/ids.ts";
import { openVault, type UserVault } from "./vault/user-vault.ts";

/** The whole API as an Express app. Opens no socket and reads no environment. */
export function createApp(deps: Deps): Express {
  const { http, mail, isProduction } = deps.config;
  const gates: Gates<Caller> = {
    admit: (authorization, endpoint) => admit(deps, authorization, endpoint),
    confine: (caller, work) => asTenant(caller.user.tenantId, work),
    validator: validators(deps),
    limiter: deps.limiter,
    origins: http.origins,
    isSecure: http.appUrl.startsWith("https:"),
  };
  const records = {
    openVault: ({ caller, peer, head }: Asked<Caller>) => {
      const use = { actor: "user", purpose: peer.route, requestId: peer.requestId } as const;
      return openVault(deps, caller.user.id, use, head);
    },
    clock: deps.clock,
    onUnreadable: ({ keys }: UserVault, table: string) => {
      deps.logger.error({ ownerId: hex(keys.ownerId), table }, "rows of a vault do not open");
      deps.metrics.unreadable(table);
    },
  };

  const app = express();
  const trusts = trustedProxies(http.trustedProxies);
  app.set("trust proxy", trusts);
  app.set("etag", false);
  app.disable("x-powered-by");
  const { checks, logger, metrics } = deps;
  const site = { origins: http.origins, isSecure: gates.isSecure, trusts };
  app.use(front(site, logger, metrics.requests));

  app.use("/api/docs", docs());
  const { token } = deps.config.metrics;
  if (token !== undefined) app.use("/metrics", metricsPage(apiMetrics(deps), token));
  const afterSignIn: AfterSignIn = (userId, { route, requestId }) => {
    verifySoon(deps, userId, { actor: "user", purpose: route, requestId });
  };
  const routers = [
    systemRoutes(gates, { checks, logger, document: openapi(contract) }),
    authRoutes(gates, { ...deps, afterSignIn }),
    sessionRoutes(gates, deps),
    mfaRoutes(gates, { ...deps, afterSignIn }),
    oauthRoutes(gates, { ...deps, afterSignIn }),
    passkeyRoutes(gates, { ...deps, afterSignIn }),
    tokenRoutes(gates, deps),
    tenantRoutes(gates, deps),
    adminRoutes(gates, deps),
    accountRoutes(gates, deps),
    emailChangeRoutes(gates, deps),
    entryRoutes(gates, records),
    feelsRoutes(gates, records),
    pillarRoutes(gates, records),
    pillarScoreRoutes(gates, records),
    habitRoutes(gates, records),
    habitCheckRoutes(gates, records),
    moodRoutes(gates, records),
    moodLogRoutes(gates, records),
    dailyRecapRoutes(gates, records),
    weeklyRecapRoutes(gates, records),
    templateRoutes(gates, records),
    reminderRoutes(gates, records),
    dayRoutes(gates, records),
    insightRoutes(gates, records),
    onThisDayRoutes(gates, records),
    promptRoutes(gates, deps),
    searchRoutes(gates, { ...deps, ...records }),
    trashRoutes(gates, records),
    syncRoutes(gates, records),
    vaultRoutes(gates, { ...deps, ...records }),
  ];
  app.use(straight(routers), ...routers);
  if (!isProduction && mail.outboxDir !== undefined) {
    app.use("/dev/outbox", outboxPage(mail.outboxDir));
  }

  app.use(answerNotFound);
  app.use(answerErrors(logger));
  return app;
}
