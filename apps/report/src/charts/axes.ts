import { getNeutral } from "../page/palette.ts";
import { type Axis, type CategoryAxis, describeAxis } from "./axis.ts";
import { fontFamily, fontSize, measureLongest, measureText, shorten, wrapText } from "./text-size.ts";
import {
  computeLinearScale,
  computeLogarithmicScale,
  computeTightScale,
  formatTick,
  type Scale,
  selectVisible,
} from "./ticks.ts";

const label = {
  fontFamily,
  fontSize,
  color: getNeutral("soft"),
};
const line = { show: true, lineStyle: { color: getNeutral("line") } };
const nameLine = 14;
const mostCategories = 12;
const longestCategory = 20;

/** An axis as ECharts takes it, and the room that its labels and its name need beside the plot. */
export interface AxisOption {
  readonly option: object;
  readonly room: number;
  /** How far the last label reaches beyond the end of the plot. */
  readonly overhang: number;
  /** How far a label reaches beyond the beginning of the plot. */
  readonly underhang: number;
}

export const isLogarithmic = (axis: Axis): boolean => axis.scale === "logarithmic";

/** The scale of an axis that shows these values. Along x it ends with the data if `isTight`. */
export function computeScale(axis: Axis, values: readonly number[], isTight: boolean): Scale {
  const visible = selectVisible([...values, ...(axis.include ?? [])], isLogarithmic(axis));
  if (isLogarithmic(axis)) return computeLogarithmicScale(visible);
  return isTight ? computeTightScale(visible) : computeLinearScale(visible);
}

/** An axis of numbers along x or y, of about the given length. */
export function makeNumberAxis(
  axis: Axis,
  scale: Scale,
  { direction, length }: { readonly direction: "x" | "y"; readonly length: number },
): AxisOption {
  const { format = formatTick } = axis;
  const name = wrapName(describeAxis(axis), length);
  const widest = measureLongest(scale.ticks.map(format));
  const nameGap = direction === "x" ? 26 : widest + 12;
  const option = {
    type: isLogarithmic(axis) ? "log" : "value",
    min: scale.min,
    max: scale.max,
    ...makeName(name, nameGap),
    axisLine: line,
    axisTick: { show: false, customValues: scale.ticks },
    splitLine: line,
    axisLabel: { ...label, margin: 8, customValues: scale.ticks, formatter: format, hideOverlap: true },
  };
  return {
    option,
    room: nameGap + countExtra(name) + (direction === "x" ? 14 : 18),
    overhang: measureText(format(scale.ticks.at(-1)!)) / 2,
    underhang: 0,
  };
}

/** Names below the plot, slanted where they would touch; some are left out where there are too many. */
export function makeCategoryAxis(axis: CategoryAxis, width: number): AxisOption {
  const { categories } = axis;
  const name = wrapName(axis.name, width);
  const names = categories.map((category) => shorten(category, longestCategory));
  const stride = Math.ceil(names.length / mostCategories) || 1;
  const shown = names.filter((_, index) => index % stride === 0);
  const isSlanted = measureLongest(shown) + 8 > (width / Math.max(1, names.length)) * stride;
  const depth = isSlanted ? Math.ceil(measureLongest(shown) * Math.SQRT1_2) + 8 : 16;
  const option = {
    type: "category",
    data: names,
    boundaryGap: false,
    ...makeName(name, depth + 10),
    axisLine: line,
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      ...label,
      margin: 8,
      rotate: isSlanted ? 45 : 0,
      interval: stride - 1,
      formatter: (text: string) => text,
    },
  };
  // The plot becomes narrower by what labels need in front of it.
  const step = (0.7 * width * stride) / Math.max(1, names.length - 1);
  const reaches = shown.map(
    (text, index) => measureText(text) * (isSlanted ? Math.SQRT1_2 : 0.5) - index * step,
  );
  return {
    option,
    room: depth + countExtra(name) + 24,
    overhang: isSlanted ? 0 : measureText(shown.at(-1) ?? "") / 2,
    underhang: Math.max(0, ...reaches),
  };
}

/** Names that are longer than their axis get several lines. */
const wrapName = (name: string, length: number): string => wrapText(name, length, fontSize).join("\n");

/** The room for the lines of a name after the first. */
const countExtra = (name: string): number => (name.split("\n").length - 1) * nameLine;

const makeName = (name: string, nameGap: number): object => ({
  name,
  nameLocation: "middle",
  nameGap,
  nameTextStyle: { ...label, lineHeight: nameLine },
});
