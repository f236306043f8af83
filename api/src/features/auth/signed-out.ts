/**
 * What a browser is told that is signed out. Besides its cookie it drops what it keeps of the journal: answers in its
 * cache, and drafts in its storage, whose owner chose to leave this device (ASVS 5.0, 14.3.1). Only over TLS do
 * browsers heed the header. Cookies are not in it: those of a browser that is known, or trusted, outlive a session.
 */
export const signedOut = {
  cookies: [{ name: "rt", value: "", maxAgeSeconds: 0 }],
  headers: { "Clear-Site-Data": '"cache", "storage"' },
} as const;
