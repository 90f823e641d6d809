/** An axis of numbers. Its range is that of the data if none is given. */
export interface Axis {
  readonly name: string;
  /** Stands behind the name in brackets, such as "ms" or "%". */
  readonly unit?: string;
  /** On a logarithmic axis, values that are not positive are left out. */
  readonly scale?: "linear" | "logarithmic";
  /** The values that must be visible at least, such as [0, 1] for shares. */
  readonly include?: readonly number[];
  /** The text of a tick; by default at most four digits. */
  readonly format?: (value: number) => string;
}

/** An axis of names, in their order. */
export interface CategoryAxis {
  readonly name: string;
  readonly categories: readonly string[];
}

/** A straight line across the plot with a label, such as a target or a published figure. */
export interface ReferenceLine {
  /** The axis that the value belongs to. */
  readonly axis: "x" | "y";
  readonly value: number;
  readonly name: string;
}

/** Name and unit, as they stand beside the axis. */
export const describeAxis = ({ name, unit }: Axis): string =>
  unit === undefined ? name : `${name} (${unit})`;
