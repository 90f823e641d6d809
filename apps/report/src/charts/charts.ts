import type { Slot } from "../page/palette.ts";
import type { Axis, CategoryAxis, ReferenceLine } from "./axis.ts";

/** What all charts have. */
interface Titled {
  readonly title: string;
}

export interface LineSeries {
  readonly name: string;
  /** In the order of x. The line is interrupted where y is not finite. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** An interval around the line, such as that of several seeds. */
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
  /** By default the position among the series. */
  readonly slot?: Slot;
}

/** Curves. With categories, x counts them from 0. */
export interface LineChart extends Titled {
  readonly kind: "line-chart";
  readonly x: Axis | CategoryAxis;
  readonly y: Axis;
  readonly series: readonly LineSeries[];
  readonly references?: readonly ReferenceLine[];
}

export interface BarSeries {
  readonly name: string;
  /** A value for each category; null or NaN where there is none. */
  readonly values: readonly (number | null)[];
  /** For each category, the interval around the value. */
  readonly intervals?: readonly (readonly [low: number, high: number] | null)[];
  /** The text behind each bar; by default the value as the axis shows it. */
  readonly labels?: readonly string[];
  readonly slot?: Slot;
  /** A color for each bar of its own, instead of one for the series. */
  readonly slots?: readonly Slot[];
}

/** Horizontal bars from zero: a group for each category, from top to bottom, and in it a bar for each series. */
export interface BarChart extends Titled {
  readonly kind: "bar-chart";
  /** A linear axis. */
  readonly value: Axis;
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  /** Only for values along x. */
  readonly references?: readonly ReferenceLine[];
  /** Longer bars are cut, and marked by a gap, so that the others remain visible. */
  readonly longest?: number;
}

export interface ScatterSeries {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A text beside each point; empty for none. */
  readonly labels?: readonly string[];
  readonly slot?: Slot;
}

/** Points. */
export interface ScatterChart extends Titled {
  readonly kind: "scatter-chart";
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly ScatterSeries[];
  readonly references?: readonly ReferenceLine[];
}

/** A grid of shaded cells: attention (target x source tokens), a metric over two hyperparameters, a confusion matrix. */
export interface Heatmap extends Titled {
  readonly kind: "heatmap";
  /** Downwards. */
  readonly rows: CategoryAxis;
  /** To the right. */
  readonly columns: CategoryAxis;
  /** A row of values for each row; cells that are not finite remain empty. */
  readonly values: readonly (readonly number[])[];
  /** What the shades mean: its name, unit and format stand at the scale below the grid. Without it there is no scale. */
  readonly value?: Axis;
  /** The values of the lightest and the darkest shade; by default the smallest and the largest value. */
  readonly range?: readonly [low: number, high: number];
  /** The texts in the cells; by default none. */
  readonly texts?: readonly (readonly string[])[];
  /** The color of each cell; by default 0. */
  readonly slots?: readonly (readonly Slot[])[];
}

export type Chart = LineChart | BarChart | ScatterChart | Heatmap;
