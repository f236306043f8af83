"use client";

import type { ComponentProps } from "react";
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
import { linesOf } from "./lines.ts";
import { figure } from "./numbers.ts";
import { Reading } from "./reading.tsx";

export interface Spoke {
  readonly id: string;
  readonly name: string;
  readonly target: number;
  /** null: no score this week. */
  readonly average: number | null;
}

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
      <RadarChart data={[...spokes]} outerRadius="66%" aria-label={`${label}. ${t("keys")}`}>
        <PolarGrid stroke="var(--color-line)" />
        <PolarAngleAxis
          dataKey="id"
          tick={({ x, y, textAnchor, payload }) => (
            <SpokeName
              x={Number(x)}
              y={Number(y)}
              degrees={payload.coordinate}
              anchor={textAnchor}
              name={byId.get(String(payload.value))?.name ?? ""}
            />
          )}
        />
        <PolarRadiusAxis domain={[0, 10]} tickCount={6} tick={false} axisLine={false} />
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

const LINE_HEIGHT = 15;

/** Stands at the end of its spoke, in two lines where it is long. */
function SpokeName({
  x,
  y,
  degrees,
  anchor,
  name,
}: {
  x: number;
  y: number;
  /** Of the spoke; 90 leads up. */
  degrees: number;
  anchor: ComponentProps<"text">["textAnchor"];
  name: string;
}) {
  const lines = linesOf(name);
  const half = ((lines.length - 1) * LINE_HEIGHT) / 2;
  // Above the uppermost spoke and below the lowest, so that no line stands on one.
  const top = y - half * (1 + Math.sin((degrees * Math.PI) / 180));
  return (
    <text textAnchor={anchor} fontSize={12} className="fill-soft" dominantBaseline="central">
      {lines.map((line, index) => (
        <tspan key={index} x={x} y={top + index * LINE_HEIGHT}>
          {line}
        </tspan>
      ))}
    </text>
  );
}
