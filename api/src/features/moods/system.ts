import type * as z from "zod";
import type { MoodFields } from "./contract.ts";

/** The moods that everybody has. Their ids are part of what people wrote: they never change. */
export const SYSTEM_MOODS: readonly ({ readonly id: string } & z.output<typeof MoodFields>)[] = [
  { id: "5f0c1b9e-6a3d-4c57-9a80-0d1f6f3a7c01", name: "Joyful", emoji: "😄", valence: 2 },
  { id: "5f0c1b9e-6a3d-4c57-9a80-0d1f6f3a7c02", name: "Grateful", emoji: "🙏", valence: 2 },
  { id: "5f0c1b9e-6a3d-4c57-9a80-0d1f6f3a7c03", name: "Calm", emoji: "😌", valence: 1 },
  { id: "5f0c1b9e-6a3d-4c57-9a80-0d1f6f3a7c04", name: "Focused", emoji: "🎯", valence: 1 },
  { id: "5f0c1b9e-6a3d-4c57-9a80-0d1f6f3a7c05", name: "Neutral", emoji: "😐", valence: 0 },
  { id: "5f0c1b9e-6a3d-4c57-9a80-0d1f6f3a7c06", name: "Tired", emoji: "😴", valence: -1 },
  { id: "5f0c1b9e-6a3d-4c57-9a80-0d1f6f3a7c07", name: "Anxious", emoji: "😰", valence: -1 },
  { id: "5f0c1b9e-6a3d-4c57-9a80-0d1f6f3a7c08", name: "Sad", emoji: "😢", valence: -2 },
  { id: "5f0c1b9e-6a3d-4c57-9a80-0d1f6f3a7c09", name: "Angry", emoji: "😠", valence: -2 },
].map((mood) => ({ ...mood, archived: false }));
