"use client";

import { later } from "@/lib/later.tsx";
import { ChartLoading } from "./chart-loading.tsx";
import type { TrendPoint, TrendProps } from "./trend-chart.tsx";

export type { TrendPoint };

const height = "h-48";

// In the browser alone: what it draws on the server has style attributes, which the policy of our pages forbids.
const TrendChart = later(
  async () => ({ default: (await import("./trend-chart.tsx")).TrendChart }),
  <ChartLoading className={height} />,
);

/** A line over time with gaps, in a fixed height. Belongs into a `Figure`, with its table. */
export function Trend(props: TrendProps) {
  return (
    <div className={height}>
      <TrendChart {...props} />
    </div>
  );
}
