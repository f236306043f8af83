"use client";

import { useTranslations } from "use-intl";
import {
  PolarAngleAxis,
  PolarGrid,
  PolarRadiusAxis,
  Radar,
  RadarChart,
  ResponsiveContainer,
  Tooltip,
} from "recharts";
import { figure } from "./numbers.ts";
import { Reading } from "./reading.tsx";

export interface Spoke {
  readonly id: string;
  readonly name: string;
  readonly target: number;
  /** null: no score this week. */
  readonly average: number | null;
}

const LONGEST_NAME = 14;

interface Props {
  label: string;
  spokes: readonly Spoke[];
  locale: string;
}

export function WeekRadar({ label, spokes, locale }: Props) {
  const t = useTranslations("charts");
  const byId = new Map(spokes.map((spoke) => [spoke.id, spoke]));
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height: 288 }}>
      <RadarChart data={[...spokes]} outerRadius="72%" aria-label={`${label}. ${t("keys")}`}>
        <PolarGrid stroke="var(--color-line)" />
        <PolarAngleAxis
          dataKey="id"
          tickFormatter={(id: string) => shortened(byId.get(id)?.name ?? "")}
          tick={{ fontSize: 13, fill: "var(--color-soft)" }}
        />
        <PolarRadiusAxis domain={[0, 10]} tick={false} axisLine={false} />
        <Radar
          dataKey="target"
          stroke="var(--color-edge)"
          strokeDasharray="2 4"
          strokeWidth={1.5}
          fill="none"
          isAnimationActive={false}
        />
        <Radar
          dataKey="average"
          stroke="var(--color-accent)"
          strokeWidth={2}
          fill="var(--color-accent)"
          fillOpacity={0.12}
          dot={{ r: 3, fill: "var(--color-accent)", fillOpacity: 1, strokeWidth: 0 }}
          isAnimationActive={false}
        />
        <Tooltip
          isAnimationActive={false}
          filterNull={false}
          cursor={{ stroke: "var(--color-edge)" }}
          content={({ active, label: id }) => {
            const spoke = byId.get(String(id));
            if (!active || spoke === undefined) return null;
            return (
              <Reading title={spoke.name}>
                {spoke.average === null ? t("nothing") : figure(spoke.average, locale)} ·{" "}
                {t("radar.target")} {spoke.target}
              </Reading>
            );
          }}
        />
      </RadarChart>
    </ResponsiveContainer>
  );
}

const shortened = (name: string) =>
  name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
