import { getNeutral } from "../page/palette.ts";
import type { ReferenceLine } from "./axis.ts";
import { fontFamily, fontSize } from "./text-size.ts";
import { canShow } from "./ticks.ts";

/** A series without points that carries the lines across the plot; none if there are no lines. */
export function makeReferenceSeries(references: readonly ReferenceLine[], isUpsideDown = false): object[] {
  const finite = references.filter(({ value }) => canShow(value, false));
  if (finite.length === 0) return [];
  return [{ type: "line", data: [], silent: true, markLine: makeMarkLine(finite, isUpsideDown) }];
}

function makeMarkLine(references: readonly ReferenceLine[], isUpsideDown: boolean): object {
  // Above the upper end of a vertical line.
  const above = isUpsideDown ? "start" : "end";
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: getNeutral("soft"), type: [4, 4], width: 1 },
    label: {
      fontFamily,
      fontSize,
      color: getNeutral("soft"),
      position: "insideStartTop",
      textBorderColor: getNeutral("page"),
      textBorderWidth: 3,
    },
    data: references.map(({ axis, value, name }) => ({
      [axis === "x" ? "xAxis" : "yAxis"]: value,
      label: { formatter: () => name, ...(axis === "x" ? { position: above } : {}) },
    })),
  };
}

/** The room above the plot for the names of vertical lines. */
export const computeReferenceRoom = (references: readonly ReferenceLine[]): number =>
  references.some(({ axis }) => axis === "x") ? fontSize + 4 : 0;

/** The values that must be visible on one of the axes. */
export const listReferences = (references: readonly ReferenceLine[], axis: "x" | "y"): number[] =>
  references.filter((line) => line.axis === axis).map(({ value }) => value);
