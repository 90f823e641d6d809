/** A range with the positions of its ticks. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
}

/** Beyond it, the length of an axis could be infinite. */
const largest = 1e300;

/** Whether an axis can show the value. */
export const canShow = (value: number, isLogarithmic: boolean): boolean =>
  Math.abs(value) <= largest && (!isLogarithmic || value >= 1 / largest);

/** What an axis can show of these values. */
export const selectVisible = (values: readonly number[], isLogarithmic: boolean): number[] =>
  values.filter((value) => canShow(value, isLogarithmic));

/** The range of the values; around a single one, or 0 to 1 (1 to 10 for logarithms) if there are none. */
function computeExtent(values: readonly number[], isLogarithmic: boolean): [low: number, high: number] {
  if (values.length === 0) return isLogarithmic ? [1, 10] : [0, 1];
  let [low, high] = [values[0]!, values[0]!];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low < high) return [low, high];
  if (isLogarithmic) return [low / 2, high * 2];
  const half = (Math.abs(low) || 1) / 2;
  return [low - half, high + half];
}

/** A linear scale from one tick to another. */
export function computeLinearScale(values: readonly number[], count = 5): Scale {
  const [low, high] = computeExtent(values, false);
  const step = chooseStep(high - low, count);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = listMultiples(step, first, last);
  return { min: ticks[0]!, max: ticks.at(-1)!, ticks };
}

/** A linear scale that ends where the values end; ticks between whole numbers only if there are other values. */
export function computeTightScale(values: readonly number[], count = 5): Scale {
  const [min, max] = computeExtent(values, false);
  const leastStep = values.length > 0 && values.every(Number.isInteger) ? 1 : 0;
  const step = Math.max(leastStep, chooseStep(max - min, count));
  return {
    min,
    max,
    ticks: listMultiples(step, Math.ceil(min / step - 1e-9), Math.floor(max / step + 1e-9)),
  };
}

/** A multiple of 1, 2 or 5 times a power of ten. */
function chooseStep(range: number, count: number): number {
  const rough = range / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10);
}

/** Decimal fractions are rounded to what their digits say. */
const listMultiples = (step: number, first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );

/** A logarithmic scale with a margin of a hundredth of its length. */
export function computeLogarithmicScale(values: readonly number[]): Scale {
  const [low, high] = computeExtent(values, true);
  const margin = 10 ** (0.03 * (Math.log10(high) - Math.log10(low)));
  const [min, max] = [Math.max(low / margin, 1 / largest), Math.min(high * margin, largest)];
  return { min, max, ticks: listLogarithmicTicks(min, max) };
}

/** 1, 2 and 5 times the powers of ten in the range; over many decades only powers, and not all of them. */
function listLogarithmicTicks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const factors = last - first > 2 ? [1] : [1, 2, 5];
  const stride = Math.ceil((last - first) / 6);
  const ticks: number[] = [];
  for (let exponent = first; exponent <= last; exponent += stride) {
    ticks.push(...factors.map((factor) => Number(`${factor}e${exponent}`)));
  }
  const visible = ticks.filter((tick) => tick >= low && tick <= high);
  return visible.length >= 2 ? visible : computeTightScale([low, high], 3).ticks.filter((tick) => tick > 0);
}

/** At most four digits; powers of ten for very small and very large numbers. */
export function formatTick(value: number): string {
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e5 || magnitude < 1e-3) return value.toExponential().replace(/^(-?\d\.?\d?)\d*/, "$1");
  return String(Number(value.toPrecision(4)));
}
