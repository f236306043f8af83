import * as z from "zod";
import { nameFrom } from "./identity.ts";

const Name = z.string().max(200).optional().catch(undefined);

/** What Apple's page posts beside the code, the first time that somebody signs in and never again. */
const AppleUser = z.object({
  name: z.object({ firstName: Name, lastName: Name }).optional().catch(undefined),
});

/** The name in Apple's `user`, or null. It is the browser's word, so that nothing but a name is taken from it. */
export function nameOf(user: string | undefined): string | null {
  const { name } = AppleUser.safeParse(parse(user)).data ?? {};
  return nameFrom([name?.firstName, name?.lastName].filter(Boolean).join(" "));
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
