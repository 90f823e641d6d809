/** How values between pixels are found: PyTorch's modes, of which `linear` and `cubic` take any number of axes. */
export type ResizeMode = "nearest" | "nearest-exact" | "linear" | "cubic" | "area";

/** How one axis is resized. */
export interface Sampling {
  readonly mode: ResizeMode;
  /** The number of elements along the axis. */
  readonly input: number;
  readonly output: number;
  /** Steps of the output, as a quotient: `from` steps of the input are `to` steps of the output. */
  readonly from: number;
  readonly to: number;
  /** Whether the centers of the first and the last elements coincide, rather than their outer edges. */
  readonly alignCorners: boolean;
  /** Whether the window becomes wider as the result becomes smaller. */
  readonly antialias: boolean;
  /** Whether gradients go the opposite way, from outputs to inputs. */
  readonly isTransposed: boolean;
}

/** The elements that one result is the weighted sum of: neighbours from `first` on. */
interface Span {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * The spans of all results as rows of whole numbers: the first element, the number of elements, and the bits of their weights as f32. One
 * table of integers is one upload, and nothing takes its weights for values to be differentiated.
 */
export interface SpanTable {
  readonly words: Int32Array;
  /** The words of a row, for the longest span. */
  readonly width: number;
}

/** The words of a row before its weights. */
export const wordsBeforeWeights = 2;

/** The number of results along the axis. */
export const countResults = ({ input, output, isTransposed }: Sampling): number =>
  isTransposed ? input : output;

/**
 * The table of a sampling. Only gradients keep a list of all spans, which takes many times the memory of the table. `check` gets a shape
 * that is no smaller than that of the table before anything takes as long as the axis.
 */
export function computeSpanTable(
  sampling: Sampling,
  check: (shape: [results: number, width: number]) => void = () => undefined,
): SpanTable {
  const results = countResults(sampling);
  const least = wordsBeforeWeights + (sampling.isTransposed ? 1 : boundTaps(sampling));
  check([results, least]);
  const transposed = sampling.isTransposed ? transposeSpans(sampling) : undefined;
  const room =
    transposed?.reduce((most, { weights }) => Math.max(most, wordsBeforeWeights + weights.length), least) ??
    least;
  const words = new Int32Array(room * results);
  const floats = new Float32Array(words.buffer);
  let longest = 1;
  for (let result = 0; result < results; result++) {
    const { first, weights } = transposed?.[result] ?? computeSpan(sampling, result);
    words.set([first, weights.length], room * result);
    floats.set(weights, room * result + wordsBeforeWeights);
    longest = Math.max(longest, weights.length);
  }
  const width = wordsBeforeWeights + longest;
  if (width === room) return { words, width };
  for (let result = 1; result < results; result++) {
    words.copyWithin(width * result, room * result, room * result + width);
  }
  return { words: words.slice(0, width * results), width };
}

/** A number of elements that no span exceeds. */
function boundTaps({ mode, input, output, from, to, antialias }: Sampling): number {
  if (mode === "area") return Math.min(input, Math.ceil(input / output) + 1);
  const half = mode === "linear" ? 1 : mode === "cubic" ? 2 : 0.5;
  return Math.min(input, antialias ? Math.ceil(2 * half * Math.max(1, from / to)) + 1 : 2 * half);
}

/** For each input the outputs that depend on it. */
function transposeSpans(sampling: Sampling): Span[] {
  const found = Array.from({ length: sampling.input }, () => ({ first: 0, weights: [] as number[] }));
  for (let output = 0; output < sampling.output; output++) {
    const { first, weights } = computeSpan(sampling, output);
    for (const [tap, weight] of weights.entries()) {
      const span = found[first + tap]!;
      if (span.weights.length === 0) span.first = output;
      span.weights[output - span.first] = weight;
    }
  }
  // Outputs between the first and the last that skip the input have no weight yet.
  return found.map(({ first, weights }) => ({
    first,
    weights: Array.from(weights, (weight) => weight ?? 0),
  }));
}

function computeSpan(sampling: Sampling, position: number): Span {
  const { mode, input, from, to, antialias } = sampling;
  if (antialias) return computeWideSpan(sampling, position);
  switch (mode) {
    case "nearest":
      return one(Math.min(input - 1, Math.floor((position * from) / to)));
    case "nearest-exact":
      return one(Math.min(input - 1, Math.floor(((2 * position + 1) * from) / (2 * to))));
    case "area":
      return computeAreaSpan(sampling, position);
    case "linear": {
      const place = Math.max(0, findPlace(sampling, position));
      const first = Math.min(input - 1, Math.floor(place));
      return clampSpan(first, [1 - (place - first), place - first], input);
    }
    case "cubic": {
      const place = findPlace(sampling, position);
      const first = Math.floor(place);
      const weights = [-1, 0, 1, 2].map((tap) => cubic(place - first - tap, -0.75));
      return clampSpan(first - 1, weights, input);
    }
  }
}

const one = (first: number): Span => ({ first, weights: [1] });

/** The place of an output among the inputs. A division of whole numbers is exact where the quotient is whole. */
const findPlace = ({ from, to, alignCorners }: Sampling, position: number): number =>
  alignCorners ? (position * from) / to : ((2 * position + 1) * from) / (2 * to) - 0.5;

/** Adds the weights of elements before the first and after the last to those; weights of 0 at the ends are left out. */
function clampSpan(first: number, weights: readonly number[], size: number): Span {
  const merged = new Map<number, number>();
  for (const [tap, weight] of weights.entries()) {
    const place = Math.min(size - 1, Math.max(0, first + tap));
    merged.set(place, (merged.get(place) ?? 0) + weight);
  }
  const places = [...merged.keys()].filter((place) => merged.get(place) !== 0);
  const start = places[0]!;
  const length = places.at(-1)! - start + 1;
  return { first: start, weights: Array.from({ length }, (_, tap) => merged.get(start + tap)!) };
}

/** The mean of all inputs that the output covers, even in part. */
function computeAreaSpan({ input, output }: Sampling, position: number): Span {
  const first = Math.floor((position * input) / output);
  const count = Math.ceil(((position + 1) * input) / output) - first;
  return { first, weights: new Array<number>(count).fill(1 / count) };
}

/** A filter as wide as an output, as Pillow and PyTorch have it: its weights are those at the centers of the inputs, made to sum to 1. */
function computeWideSpan({ mode, input, from, to }: Sampling, position: number): Span {
  const scale = Math.max(1, from / to);
  const support = (mode === "linear" ? 1 : 2) * scale;
  const center = ((2 * position + 1) * from) / (2 * to);
  const first = Math.max(0, Math.trunc(center - support + 0.5));
  const count = Math.min(input, Math.trunc(center + support + 0.5)) - first;
  const filter = (distance: number): number =>
    mode === "linear" ? Math.max(0, 1 - Math.abs(distance)) : cubic(distance, -0.5);
  const weights = Array.from({ length: count }, (_, tap) => filter((first + tap - center + 0.5) / scale));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return clampSpan(
    first,
    weights.map((weight) => weight / total),
    input,
  );
}

/** Keys 1981, with the slope a at distance 1. */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
