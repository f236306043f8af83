/** Compiles what PKCS#11 needs on this machine: `npm run build:pkcs11`. */
import { ensurePkcs11Binding } from "./lib/bootstrap.mjs";

try {
  const isNew = await ensurePkcs11Binding({ log: console.log });
  console.log(isNew ? "Compiled." : "It is compiled already.");
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
