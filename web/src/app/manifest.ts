import type { MetadataRoute } from "next";

/** What an operating system is told that this is installed on. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    name: "TimOS",
    short_name: "TimOS",
    description: "A private journal",
    id: "/today",
    start_url: "/today",
    scope: "/",
    display: "standalone",
    background_color: "#fcfbf9",
    theme_color: "#25386f",
    // Drawn by scripts/icons.ts.
    icons: [
      { src: "/icon.svg", sizes: "any", type: "image/svg+xml" },
      { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
      { src: "/icon-512.png", sizes: "512x512", type: "image/png" },
      { src: "/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
    ],
  };
}
