import { getNeutral } from "../page/palette.ts";
import type { ReferenceLine } from "./axis.ts";
import { fontFamily, fontSize } from "./text-size.ts";

/** A series without points that carries the lines across the plot. */
export const makeReferenceSeries = (references: readonly ReferenceLine[]): object => ({
  type: "line",
  data: [],
  silent: true,
  markLine: {
    silent: true,
    symbol: "none",
    lineStyle: { color: getNeutral("soft"), type: [4, 4], width: 1 },
    label: { fontFamily, fontSize, color: getNeutral("soft"), position: "insideEndTop" },
    data: references
      .filter(({ value }) => Number.isFinite(value))
      .map(({ axis, value, name }) => ({
        [axis === "x" ? "xAxis" : "yAxis"]: value,
        name,
        label: { formatter: () => name },
      })),
  },
});

/** The values that must be visible on one of the axes. */
export const listReferences = (references: readonly ReferenceLine[] = [], axis: "x" | "y"): number[] =>
  references.filter((line) => line.axis === axis).map(({ value }) => value);
