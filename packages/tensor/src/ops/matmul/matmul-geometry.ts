import { mergeDimensions } from "../../core/expression-plan.ts";
import type { Shape } from "../../core/spec.ts";
import { broadcastStrides, sizeOf } from "../../core/spec.ts";
import type { MatmulAttributes } from "./matmul.ts";
import { lastTwo } from "./matmul-shape.ts";

/** A batch of products of [m, k] and [k, n], as kernels walk it. */
export interface MatmulGeometry {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Two dimensions of the batch, as far as it merges into them; `starts` walks what is left, in elements of a, b, addend, c. */
  readonly outer: number;
  readonly inner: number;
  readonly starts: readonly (readonly number[])[];
  /** Of a and b within a matrix, row then column, of the addend, then the inner dimension and the strides of all three in both. */
  readonly strides: readonly number[];
}

export function geometryOf(
  a: Shape,
  b: Shape,
  addend: Shape | undefined,
  output: Shape,
  { transposeA, transposeB }: MatmulAttributes,
): MatmulGeometry {
  const [m, n] = lastTwo(output, false);
  const k = lastTwo(a, transposeA)[1];
  const batch = output.slice(0, -2);
  const ofAddend = broadcastStrides(addend ?? [], output);
  const { shape, strides } = mergeDimensions(batch, [
    broadcastStrides(a.slice(0, -2), batch).map((stride) => stride * m * k),
    broadcastStrides(b.slice(0, -2), batch).map((stride) => stride * n * k),
    ofAddend.slice(0, -2),
  ]);
  const inner = shape.at(-1)!;
  const outer = shape.at(-2) ?? 1;
  let starts = [[0, 0, 0, 0]];
  let matrices = sizeOf(shape);
  for (const [axis, size] of shape.slice(0, -2).entries()) {
    matrices /= size;
    const steps = [...strides.map((own) => own[axis]!), matrices * m * n];
    starts = starts.flatMap((start) =>
      Array.from({ length: size }, (_, index) =>
        start.map((from, operand) => from + index * steps[operand]!),
      ),
    );
  }
  const ofBatch = strides.map((own) => [own.at(-2) ?? 0, own.at(-1)!]);
  const ofA = transposeA ? [1, m] : [k, 1];
  const ofB = transposeB ? [1, k] : [n, 1];
  return {
    ...{ m, n, k, outer, inner, starts },
    strides: [ofA, ofB, ofAddend.slice(-2), inner, ofBatch].flat(2),
  };
}

/** The transposed products: (a b)ᵀ = bᵀ aᵀ. */
export function transposed({ m, n, k, outer, inner, starts, strides }: MatmulGeometry): MatmulGeometry {
  const order = [3, 2, 1, 0, 5, 4, 6, 9, 10, 7, 8, 11, 12];
  return {
    ...{ m: n, n: m, k, outer, inner },
    starts: starts.map(([a, b, ...rest]) => [b!, a!, ...rest]),
    strides: order.map((index) => strides[index]!),
  };
}
