export { MekUnknown, type MekProvider } from "./mek/provider.ts";
