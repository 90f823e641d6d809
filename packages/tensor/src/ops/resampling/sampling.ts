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

export function computeSpanTable(sampling: Sampling): SpanTable {
  const forward = Array.from({ length: sampling.output }, (_, position) => computeSpan(sampling, position));
  const list = sampling.isTransposed ? transposeSpans(forward, sampling.input) : forward;
  const width = wordsBeforeWeights + Math.max(1, ...list.map(({ weights }) => weights.length));
  const words = new Int32Array(width * list.length);
  const floats = new Float32Array(words.buffer);
  for (const [index, { first, weights }] of list.entries()) {
    words.set([first, weights.length], width * index);
    floats.set(weights, width * index + wordsBeforeWeights);
  }
  return { words, width };
}

/** For each input the outputs that depend on it. */
function transposeSpans(forward: readonly Span[], inputs: number): Span[] {
  const found = Array.from({ length: inputs }, () => ({ first: 0, weights: [] as number[] }));
  for (const [output, { first, weights }] of forward.entries()) {
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
