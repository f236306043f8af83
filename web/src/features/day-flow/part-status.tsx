"use client";

import { SaveStatus } from "@/features/entries/save-status.tsx";
import { type SaveState, statusOf } from "@/lib/saver/save-machine.ts";

interface Props {
  state: SaveState<unknown>;
  onRetry: () => void;
  onCompare: () => void;
}

/** Where a part stands; nothing as long as nothing was written in it. */
export function PartStatus(props: Props) {
  return statusOf(props.state) === "blank" ? null : <SaveStatus {...props} />;
}
