# The images of TimOS: api (also the worker, by another command), web and operations. Each is a target of this file:
#
#   docker build --target api -t timos-api .
#
# docs/operations/compose.md says how they are run, ADR 0037 why they are as they are.

# The digest of the tag's index for all platforms; Dependabot keeps both up to date.
ARG NODE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

# --- What every stage of building begins with: the lock file and what it locks ---
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
ENV CHECKPOINT_DISABLE=1 NEXT_TELEMETRY_DISABLED=1
COPY package.json package-lock.json .npmrc ./
COPY api/package.json api/
COPY web/package.json web/

# --- Everything, for building ---
FROM manifests AS build
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY tsconfig.base.json ./
COPY prisma prisma
COPY api api
RUN npm run -s db:generate

FROM build AS build-api
RUN npm run -s build -w api

FROM build AS build-web
COPY web web
# Next leaves it to us to put what browsers fetch beside its server.
RUN NODE_ENV=production npm run -s build -w web \
  && cp -r web/.next/static web/.next/standalone/web/.next/static \
  && cp -r web/public web/.next/standalone/web/public

# --- What runs: no package of development, and none that only peers ask for. What development asks for has to be out of
# package.json for that: npm keeps a peer that is one of them as well. Other databases' compilers, types and maps are for
# nobody here ---
FROM manifests AS production
RUN npm pkg delete devDependencies

FROM production AS api-packages
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --omit=dev --omit=peer -w api \
  && find node_modules/@prisma/client/runtime -name 'query_*' ! -name '*mysql*' -delete \
  && mkdir -p api/node_modules \
  && find node_modules api/node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete
RUN npm sbom --package-lock-only --sbom-format cyclonedx --omit dev --omit peer -w api > sbom.cdx.json

FROM production AS operations-packages
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --omit=dev --omit=peer -w api --include-workspace-root \
  && find node_modules/@prisma/client/runtime -name 'query_*' ! -name '*mysql*' -delete \
  && mkdir -p api/node_modules \
  && find node_modules api/node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete
RUN npm sbom --package-lock-only --sbom-format cyclonedx --omit dev --omit peer -w api > sbom.cdx.json \
  && npm sbom --package-lock-only --sbom-format cyclonedx --omit dev --workspaces=false > sbom-commands.cdx.json

# --- What every image has: no npm, and a user without a name on any host ---
FROM ${NODE_IMAGE} AS runtime
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /opt/yarn-* /usr/local/bin/yarn /usr/local/bin/yarnpkg \
  && groupadd --gid 10001 timos \
  && useradd --uid 10001 --gid 10001 --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin timos
ENV NODE_ENV=production
WORKDIR /app

FROM runtime AS api
COPY --from=api-packages /app/node_modules node_modules
COPY --from=api-packages /app/api/node_modules api/node_modules
COPY --from=api-packages /app/sbom.cdx.json /usr/share/sbom/
COPY --from=build-api /app/api/dist api/dist
COPY api/package.json api/
RUN install -d -o 10001 -g 10001 -m 0700 /var/lib/timos /var/lib/timos/outbox
USER 10001:10001
EXPOSE 4000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.API_PORT || 4000}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The worker is the same image with api/dist/src/worker.js.
CMD ["node", "--enable-source-maps", "api/dist/src/index.js"]

FROM runtime AS web
COPY --from=build-web /app/web/.next/standalone ./
USER 10001:10001
ENV HOSTNAME=0.0.0.0 PORT=3000
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/sign-in`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "web/server.js"]

# The commands of operating TimOS: migrations, backups, restoring, drills, keys. MariaDB's programs are of the version
# that the databases have: a drill opens a backup in a server of its own.
FROM runtime AS operations
RUN apt-get update \
  && apt-get install -y --no-install-recommends age mariadb-backup mariadb-client mariadb-server-core \
  && rm -rf /var/lib/apt/lists/* /var/lib/mysql /etc/mysql \
  && install -d -o 10001 -g 10001 -m 0700 /var/lib/timos /var/lib/timos/secrets
COPY --from=operations-packages /app/node_modules node_modules
COPY --from=operations-packages /app/api/node_modules api/node_modules
COPY --from=operations-packages /app/sbom.cdx.json /app/sbom-commands.cdx.json /usr/share/sbom/
COPY package.json ./
COPY prisma prisma
COPY api/package.json api/
COPY api/src api/src
COPY --from=build /app/api/generated api/generated
COPY scripts scripts
ENV TIMOS_DATA_DIR=/var/lib/timos
USER 10001:10001
# Node runs the sources as they are: it leaves types out by itself.
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "scripts/deploy/timos.ts"]
CMD ["--help"]
