/** Makes the demo account and its sample journal in the TimOS that runs on the data folder. */
import { makeDemo } from "./demo/demo.ts";
import { asError } from "./launcher/files.ts";
import { readRunFile } from "./launcher/run-file.ts";
import { readSettings } from "./launcher/settings.ts";

try {
  const { dataFolder } = readSettings(process.env, { isDev: false });
  const { apiUrl, webUrl, outboxDir } = readRunFile(dataFolder);
  const { email, password } = await makeDemo({ dataFolder, apiUrl, outboxDir });
  console.log(`The demo account is there. Sign in at ${webUrl} with ${email} and ${password}`);
} catch (error) {
  console.error(`The demo account could not be made: ${asError(error).message}`);
  process.exitCode = 1;
}
