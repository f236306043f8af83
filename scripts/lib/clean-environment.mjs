/** What would lead a test to somebody's real installation, or make the tested program another program. */
const OURS =
  /^(PLATFORM_|VAULT_|REDIS_|SMTP_|MAIL_|APP_URL|LOG_LEVEL|TIMOS_|E2E_|API_PORT|WEB_PORT|NODE_ENV$|NODE_OPTIONS$|JEST_)/;

/**
 * The environment without the settings of TimOS and of Node.
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {Record<string, string>}
 */
export function cleanEnvironment(environment = process.env) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !OURS.test(name)));
}
