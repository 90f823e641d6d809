import { mergeDimensions } from "../../core/plans/expression-plan.ts";
import type { Shape } from "../../core/spec.ts";
import { broadcastStrides, countElements } from "../../core/spec.ts";
import type { MatmulAttributes } from "./matmul-shape.ts";
import { takeLastTwo } from "./matmul-shape.ts";

/** A batch of products of [m, k] and [k, n], in the form that kernels iterate over. */
export interface MatmulGeometry {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** The two dimensions of the batch that kernels iterate over; `starts` lists the remaining ones. */
  readonly outer: number;
  readonly inner: number;
  readonly starts: readonly MatmulStart[];
  readonly strides: MatmulStrides;
}

/** The offsets of the operands, in elements. */
export interface MatmulStart {
  readonly startA: number;
  readonly startB: number;
  readonly startAddend: number;
  readonly startC: number;
}

/** Strides in elements, within a matrix and in the two dimensions of the batch. */
export interface MatmulStrides {
  readonly aRow: number;
  readonly aDepth: number;
  readonly bDepth: number;
  readonly bColumn: number;
  readonly addendRow: number;
  readonly addendColumn: number;
  readonly aOuter: number;
  readonly aInner: number;
  readonly bOuter: number;
  readonly bInner: number;
  readonly addendOuter: number;
  readonly addendInner: number;
}

export function computeGeometry(
  a: Shape,
  b: Shape,
  addend: Shape | undefined,
  output: Shape,
  { transposeA, transposeB }: MatmulAttributes,
): MatmulGeometry {
  const [m, n] = takeLastTwo(output, false);
  const k = takeLastTwo(a, transposeA)[1];
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
  let matrices = countElements(shape);
  for (const [axis, size] of shape.slice(0, -2).entries()) {
    matrices /= size;
    const steps = [...strides.map((own) => own[axis]!), matrices * m * n];
    starts = starts.flatMap((start) =>
      Array.from({ length: size }, (_, index) =>
        start.map((from, operand) => from + index * steps[operand]!),
      ),
    );
  }
  const [aOuter, aInner] = computeBatchStrides(strides[0]!);
  const [bOuter, bInner] = computeBatchStrides(strides[1]!);
  const [addendOuter, addendInner] = computeBatchStrides(strides[2]!);
  const [addendRow, addendColumn] = ofAddend.slice(-2) as [number, number];
  const [aRow, aDepth] = transposeA ? [1, m] : [k, 1];
  const [bDepth, bColumn] = transposeB ? [1, k] : [n, 1];
  return {
    m,
    n,
    k,
    outer,
    inner,
    starts: starts.map(([startA, startB, startAddend, startC]) => {
      return { startA: startA!, startB: startB!, startAddend: startAddend!, startC: startC! };
    }),
    strides: {
      aRow,
      aDepth,
      bDepth,
      bColumn,
      addendRow,
      addendColumn,
      aOuter,
      aInner,
      bOuter,
      bInner,
      addendOuter,
      addendInner,
    },
  };
}

const computeBatchStrides = (own: readonly number[]): [outer: number, inner: number] => [
  own.at(-2) ?? 0,
  own.at(-1)!,
];

/** The transposed products: (a b)ᵀ = bᵀ aᵀ. */
export function transposeGeometry({
  m,
  n,
  k,
  outer,
  inner,
  starts,
  strides,
}: MatmulGeometry): MatmulGeometry {
  return {
    m: n,
    n: m,
    k,
    outer,
    inner,
    starts: starts.map((start) => ({ ...start, startA: start.startB, startB: start.startA })),
    strides: {
      aRow: strides.bColumn,
      aDepth: strides.bDepth,
      bDepth: strides.aDepth,
      bColumn: strides.aRow,
      addendRow: strides.addendColumn,
      addendColumn: strides.addendRow,
      aOuter: strides.bOuter,
      aInner: strides.bInner,
      bOuter: strides.aOuter,
      bInner: strides.aInner,
      addendOuter: strides.addendOuter,
      addendInner: strides.addendInner,
    },
  };
}
