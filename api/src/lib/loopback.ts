/** Whether a URL is https, or http to this machine's own loopback address, where nobody listens in. */
export function isHttpsOrLoopback(url: string): boolean {
  return (
    url.startsWith("https:") || /^http:\/\/(localhost|127\.[\d.]+|\[::1\])(:\d+)?(\/|$)/.test(url)
  );
}
