/** How far a run is, as data: a worker may send it to its page. */
export interface RunProgress {
  /** `epoch` after the last batch and the validation of an epoch; the run ends with `end` or `error`. */
  readonly at: "start" | "batch" | "epoch" | "end" | "error";
  /** The number of the current epoch, from 1; 0 before the first. */
  readonly epoch: number;
  readonly epochs: number;
  /** The batches of the epoch that are done. */
  readonly batch: number;
  /** Those of a whole epoch; undefined in the first epoch of data that do not tell. */
  readonly batches: number | undefined;
  /** The loss and the metrics of the epoch so far; at its end those of the whole epoch, and those of the validation as `val_loss` and so on. */
  readonly values: { readonly [name: string]: number };
  readonly examplesPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** The share of the run that is done; undefined where the number of batches is not known. */
export function computeShareDone({ at, epoch, epochs, batch, batches }: RunProgress): number | undefined {
  if (epochs === 0) return 1;
  if (at === "epoch") return epoch / epochs;
  if (epoch === 0) return 0;
  return batches === undefined ? undefined : (epoch - 1 + Math.min(1, batch / batches)) / epochs;
}

/** `epoch 2/10`. */
export const describeEpoch = ({ epoch, epochs }: RunProgress): string => `epoch ${epoch}/${epochs}`;

/** `loss 0.1234`, `accuracy 0.9875` and so on. */
export const describeValues = ({ values }: RunProgress): string[] =>
  Object.entries(values).map(([name, value]) => `${name} ${formatNumber(value)}`);

/** The remaining time and the speed, as far as they are known. */
export const describePace = ({ secondsLeft, examplesPerSecond }: RunProgress): string[] => [
  ...(secondsLeft === undefined ? [] : [`${formatDuration(secondsLeft)} left`]),
  ...(examplesPerSecond === undefined ? [] : [`${formatNumber(examplesPerSecond)} examples/s`]),
];

/** Four digits, or all digits of an integer part that is longer. */
const formatNumber = (value: number): string =>
  Math.abs(value) >= 1000 && Number.isFinite(value) && Math.abs(value) < 1e15
    ? value.toFixed(0)
    : String(Number(value.toPrecision(4)));

/** `1:05` for 65 seconds, `2:03:04` for hours. */
function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
