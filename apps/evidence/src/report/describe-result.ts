import type { Experiment } from "../experiment.ts";
import type { Result } from "../result.ts";

/** An experiment and its result, if it was run. */
export interface Finding {
  readonly experiment: Experiment;
  readonly result: Result | undefined;
}

/** The verdicts on each claim, such as `Faster training: E1 supported, E2 not supported`. */
export function describeClaims(findings: readonly Finding[]): readonly string[] {
  const claims = [...new Set(findings.map(({ experiment: { claim } }) => claim))];
  return claims.map((claim) => {
    const verdicts = findings
      .filter(({ experiment }) => experiment.claim === claim)
      .map(({ experiment: { id }, result }) => `${id} ${result?.verdict ?? "not run yet"}`);
    return `${claim[0]!.toUpperCase()}${claim.slice(1)}: ${verdicts.join(", ")}`;
  });
}

/** What a reader needs to know who never heard of batch normalization, and how the report is to be read. */
export const introduction = [
  "A neural network computes in layers, and each layer gives many values, its channels, for every example. Batch normalization is a layer that takes each channel, subtracts its mean over the examples of the batch, divides by its standard deviation, and then multiplies by a scale and adds a shift that are trained like weights. When the trained network is used, averages from the training, the running statistics, take the place of the batch's.",
  "Papers and tutorials say what that is good for: that networks train faster, that gradients reach the first layers, that it regularizes, that settings matter less, and that all this comes from inputs of layers that keep their distribution. Each experiment here takes one such statement, trains networks that differ in batch normalization alone, and holds what it measures against a threshold that was fixed before the first run. What misses its threshold is reported as missed.",
  "Each network is trained several times with other random numbers, the seeds. The interval beside a value says how far it would move with other seeds: it is that of the bootstrap at 95 %. Where a verdict depends on an interval, it is by Student's t, and wide enough for all of these together. Learning rates are chosen for each network on data that are neither trained on nor in the test.",
] as const;

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
