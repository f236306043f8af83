export { localKeyring } from "./mek/local.ts";
