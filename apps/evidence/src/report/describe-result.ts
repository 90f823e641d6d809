import type { Experiment } from "../experiment.ts";
import { overflow } from "../outcomes.ts";
import type { Result } from "../result.ts";

/** An experiment and its result, if it was run. */
export interface Finding {
  readonly experiment: Experiment;
  readonly result: Result | undefined;
}

/** What was examined for each claim, and the verdicts. */
export function describeClaims(findings: readonly Finding[]): readonly string[] {
  const claims = [...new Set(findings.map(({ experiment: { claim } }) => claim))];
  return claims.map((claim) => {
    const verdicts = findings
      .filter(({ experiment }) => experiment.claim === claim)
      .map(({ experiment: { id, title }, result }) => `${title} (${id}): ${describeVerdict(result)}.`);
    return `${claim[0]!.toUpperCase()}${claim.slice(1)}. ${verdicts.join(" ")}`;
  });
}

/** The verdict, with the number of thresholds where not all of them are met or missed. */
export function describeVerdict(result: Result | undefined): string {
  if (result === undefined) return "not run yet";
  const { verdict, thresholds } = result;
  const met = thresholds.filter(({ isMet }) => isMet).length;
  return met === 0 || met === thresholds.length
    ? verdict
    : `${verdict} (${met} of ${thresholds.length} thresholds met)`;
}

/** What a reader needs to know who never heard of batch normalization, and how the report is to be read. */
export const introduction = [
  "A neural network computes in layers, and each layer gives many values, its channels, for every example. Batch normalization is a layer that takes each channel, subtracts its mean over the examples of the batch, divides by its standard deviation, and then multiplies by a scale and adds a shift that are trained like weights. When the trained network is used, averages from the training, the running statistics, take the place of the batch's.",
  "Papers and tutorials say what that is good for: that networks train faster, that gradients reach the first layers, that it regularizes, that settings matter less, and that all this comes from inputs of layers that keep their distribution. Each experiment here takes one such statement, trains the same network with and without batch normalization, or with it in other ways, and holds what it measures against thresholds. These were fixed before the first run; where an earlier run had shown a part of the result, the experiment says so. What misses its threshold is reported as missed. The networks are small enough for a laptop, so what holds for them need not hold for large ones.",
  "Each network is trained several times with other random numbers, the seeds. The interval beside a value says how far it would move with other seeds, by the bootstrap at 95 %, which is rather too narrow for three to five seeds. Where a verdict depends on whether an interval excludes 0, it is by Student's t instead, and wide enough for all of these together. Where networks are compared at their best learning rates, these are chosen for each from the same list, and never on the test.",
  "A statement is supported if all of its thresholds are met, supported under these conditions if some are, and not supported if none is, which may also mean that so few runs cannot decide. It is contradicted where the measurements show the opposite.",
  "Some words: a step is one update of the weights, computed from one batch of examples. Parts of a batch are groups of its examples that are normalized together. Exact statistics are means and variances over the training data that are computed after the training, in place of the running averages. Skips, or residual connections, add the input of a few layers to their output. Group norm and layer norm normalize within each example, and do not depend on the batch. BLEU, for translations, and mean average precision, for objects that were found in pictures, are scores from 0 to 100 for the agreement with what people made.",
] as const;

export const formatNumber = (value: number | null | undefined): string => {
  if (value === null || value === undefined || !Number.isFinite(value)) return "not finite";
  if (value === 0) return "0";
  if (value >= overflow) return "overflows";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(2);
  return size >= 1000 || Number.isInteger(value)
    ? String(Number(value.toPrecision(3)))
    : value.toPrecision(3);
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
      low === high && low !== null ? "" : `${formatNumber(low)} to ${formatNumber(high)}`,
      threshold?.expected ?? "",
      threshold === undefined ? "" : threshold.isMet ? "met" : "missed",
    ];
  });

export const measureColumns = ["measure", "value", "95 % interval", "expected", "threshold"] as const;

export const describeOrigin = ({ seeds, minutes, machine, date, commit }: Result): string =>
  `${seeds} seeds, ${minutes} minutes of processor time, ${machine}, ${date}, commit ${commit}.`;
