import { TextEncoder } from "node:util";

// jsdom has none, which every browser has.
globalThis.TextEncoder ??= TextEncoder;
