"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { ApiError } from "@/lib/api.ts";

const MAX_READ_ATTEMPTS = 3;

function createQueryClient() {
  return new QueryClient({
    defaultOptions: {
      mutations: { networkMode: "always" },
      queries: {
        networkMode: "always",
        staleTime: 15_000,
        // A refusal stays one; what may pass is tried again.
        retry: (failures, error) =>
          failures < MAX_READ_ATTEMPTS - 1 && !(error instanceof ApiError && error.status < 500),
      },
    },
  });
}

/** Keeps what the private pages were answered. It goes with them, and with their owner: whoever shows them gives its key. */
export function QueriesProvider({ children }: { children: ReactNode }) {
  const [queries] = useState(createQueryClient);
  return <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
}
