import { computeStrides, countElements } from "@evenkeel/tensor";

/**
 * How an invocation finds the four points that it owns in one input: `linear`: where the output has them; `single`: the
 * one element; in rows, `splat`: one element for the row's four, `quad`: four neighbours as one aligned vector,
 * `run`: four neighbours anywhere; `points`: each by itself.
 */
export type ReadKind = "linear" | "single" | "splat" | "quad" | "run" | "points";

export interface ReadLayout {
  readonly kind: ReadKind;
  /** The output that shares its memory, and hence its binding, with the input. */
  readonly sharedWith?: number | undefined;
  /** It is one of the inputs that share the last binding, because a kernel cannot have one for each. */
  readonly isPacked?: boolean;
}

/** Whether an input has a binding of its own. */
export const isBound = ({ sharedWith, isPacked }: ReadLayout): boolean =>
  sharedWith === undefined && !isPacked;

/**
 * What of a launch's geometry is fixed in the code; the rest are parameters. The points are walked as one `line` where
 * no input needs coordinates, in `rows` where the four points of every invocation share all coordinates but the last,
 * else as `points`.
 */
export interface ExpressionLayout {
  readonly walk: "line" | "rows" | "points";
  readonly rank: number;
  readonly reads: readonly ReadLayout[];
}

/** Points that one invocation owns: one vector of 32-bit elements, one word of bytes. */
export const pointsOfInvocation = 4;

/** The layout of inputs with these strides over `shape`, each in memory of its own. */
export function layOutStrides(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): ExpressionLayout {
  const isRows = (shape.at(-1) ?? 1) % pointsOfInvocation === 0;
  const reads = strides.map((own) => ({ kind: findReadKind(shape, own, isRows) }));
  const isLine = reads.every(({ kind }) => kind === "linear" || kind === "single");
  return { walk: isLine ? "line" : isRows ? "rows" : "points", rank: shape.length, reads };
}

/** Whether the strides walk a contiguous operand of this shape; those of single elements do not matter. */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  const wanted = computeStrides(shape);
  return (
    countElements(shape) <= 1 || shape.every((size, axis) => size === 1 || strides[axis] === wanted[axis])
  );
}

function findReadKind(shape: readonly number[], strides: readonly number[], isRows: boolean): ReadKind {
  if (isContiguous(shape, strides)) return "linear";
  if (strides.every((stride) => stride === 0)) return "single";
  if (!isRows) return "points";
  if (strides.at(-1) === 0) return "splat";
  const areAligned = strides.slice(0, -1).every((stride) => stride % pointsOfInvocation === 0);
  return areAligned ? "quad" : "run";
}
