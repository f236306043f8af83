"use client";

import { useTranslations } from "use-intl";
import {
  CartesianGrid,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { Reading } from "./reading.tsx";

export interface TrendPoint {
  readonly key: string;
  /** When, as short as an axis needs it. */
  readonly short: string;
  /** When, as it is read out. */
  readonly long: string;
  /** null: nothing was noted, and the line has a gap. */
  readonly value: number | null;
}

export interface TrendProps {
  /** What is drawn, for who cannot see it. */
  label: string;
  points: readonly TrendPoint[];
  domain: readonly [number, number];
  ticks: readonly number[];
  /** Drawn as a quiet line. */
  target?: number | undefined;
  /** How a value is written at its point, and at the axis. */
  write: (value: number) => string;
}

const tick = { fontSize: 12, fill: "var(--color-faint)" };

export function TrendChart({ label, points, domain, ticks, target, write }: TrendProps) {
  const t = useTranslations("charts");
  const byKey = new Map(points.map((point) => [point.key, point]));
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height: 192 }}>
      <LineChart
        data={[...points]}
        margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
        aria-label={`${label}. ${t("keys")}`}
      >
        <CartesianGrid vertical={false} stroke="var(--color-line)" />
        <XAxis
          dataKey="key"
          tickFormatter={(key: string) => byKey.get(key)?.short ?? ""}
          tick={tick}
          tickLine={false}
          axisLine={{ stroke: "var(--color-line)" }}
          interval="equidistantPreserveStart"
          minTickGap={20}
          tickMargin={6}
        />
        <YAxis
          domain={[...domain]}
          ticks={[...ticks]}
          tickFormatter={write}
          tick={tick}
          tickLine={false}
          axisLine={false}
          width={28}
        />
        {target !== undefined && (
          <ReferenceLine y={target} stroke="var(--color-edge)" strokeDasharray="2 4" />
        )}
        <Tooltip
          isAnimationActive={false}
          filterNull={false}
          cursor={{ stroke: "var(--color-edge)" }}
          content={({ active, label: key }) => {
            const point = byKey.get(String(key));
            if (!active || point === undefined) return null;
            return (
              <Reading title={point.long}>
                {point.value === null ? t("nothing") : write(point.value)}
              </Reading>
            );
          }}
        />
        <Line
          type="linear"
          dataKey="value"
          stroke="var(--color-accent)"
          strokeWidth={2}
          strokeLinejoin="round"
          dot={{ r: 2.5, fill: "var(--color-accent)", strokeWidth: 0 }}
          activeDot={{ r: 4.5, stroke: "var(--color-page)", fill: "var(--color-accent)" }}
          isAnimationActive={false}
        />
      </LineChart>
    </ResponsiveContainer>
  );
}
