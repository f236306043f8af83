"use client";

import "@/styles/globals.css";
import { Button } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";

export default function GlobalError() {
  return (
    <html lang="en">
      <head>
        <title>TimOS failed to start</title>
      </head>
      <body>
        <main id="content" className="mx-auto grid max-w-reading gap-10 px-6 py-10 sm:py-20">
          <PageState
            title="TimOS failed to start"
            actions={<Button onClick={() => location.reload()}>Load it anew</Button>}
          >
            <p>Something went wrong in the browser. What was saved is safe on the server.</p>
          </PageState>
        </main>
      </body>
    </html>
  );
}
