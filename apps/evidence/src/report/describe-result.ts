import type { Experiment } from "../experiment.ts";
import type { Result } from "../result.ts";

/** An experiment and its result, if it was run. */
export interface Finding {
  readonly experiment: Experiment;
  readonly result: Result | undefined;
}

export const formatNumber = (value: number | null | undefined): string => {
  if (value === null || value === undefined || !Number.isFinite(value)) return "not finite";
  if (value === 0) return "0";
  return Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3
    ? value.toExponential(2)
    : String(Number(value.toPrecision(3)));
};

/** A row for each measure: its name, its value, its interval, what was expected, and whether it was met. */
export const listMeasureRows = ({
  measures,
  intervals,
  thresholds,
}: Result): readonly (readonly string[])[] =>
  Object.entries(measures).map(([name, value]) => {
    const threshold = thresholds.find(({ measure }) => measure === name);
    const [low, high] = intervals[name] ?? [null, null];
    return [
      name,
      formatNumber(value),
      `${formatNumber(low)} to ${formatNumber(high)}`,
      threshold?.expected ?? "",
      threshold === undefined ? "" : threshold.isMet ? "met" : "missed",
    ];
  });

export const measureColumns = ["measure", "value", "95 % interval", "expected", "threshold"] as const;

export const describeOrigin = ({ seeds, minutes, machine, date, commit }: Result): string =>
  `${seeds} seeds, ${minutes} minutes of processor time, ${machine}, ${date}, commit ${commit}.`;
