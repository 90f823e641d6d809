import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { foldWorkgroups } from "../../../core/plans/wgsl.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import { toPlainEpilogue } from "../epilogue.ts";
import { planEpilogue } from "../epilogue-launch.ts";
import type { MatmulGeometry } from "../matmul-geometry.ts";
import { computeGeometry } from "../matmul-geometry.ts";
import type { MatmulAttributes } from "../matmul-shape.ts";
import { computeMatmulOutput } from "../matmul-shape.ts";
import { writeMatmulKernel } from "./matmul.wgsl.ts";
import { planMergeSlices } from "./merge-slices.wgsl.ts";
import type { ProductCut } from "./product-tiles.ts";
import { cutProduct, stagedDepth } from "./product-tiles.ts";
import type { VectorAxis } from "./tiled-product.wgsl.ts";

const isAligned = (...numbers: readonly number[]): boolean => numbers.every((number) => number % 4 === 0);

/** The axis along which an operand can be read four elements at a time. */
function findVectorAxis(lane: number, depth: number, k: number, others: readonly number[]): VectorAxis {
  if (!isAligned(...others)) return "none";
  if (lane === 1 && isAligned(depth)) return "lanes";
  return depth === 1 && isAligned(lane, k) ? "depth" : "none";
}

function writeProductKernel(
  { n, k, starts, strides }: MatmulGeometry,
  { tile }: ProductCut,
  hasAddend: boolean,
) {
  const { aRow, aDepth, bDepth, bColumn, aOuter, aInner, bOuter, bInner } = strides;
  return writeMatmulKernel({
    tile,
    hasAddend,
    vectorA: findVectorAxis(aRow, aDepth, k, [aOuter, aInner, ...starts.map(({ startA }) => startA)]),
    vectorB: findVectorAxis(bColumn, bDepth, k, [bOuter, bInner, ...starts.map(({ startB }) => startB)]),
    isVectorC: isAligned(n),
    isAlongDepth: { A: aDepth === 1, B: bDepth === 1 },
    isWhole: k % stagedDepth === 0,
  });
}

/**
 * A launch of tiles that apply the epilogue; if there are few tiles, one of slices of the depth, and a second one that
 * merges them and applies the epilogue.
 */
export function planShaderMatmul(
  inputs: readonly (Spec | undefined)[],
  attrs: MatmulAttributes,
  limits: Limits,
): Plan {
  const [a, b, addend] = inputs as readonly Spec[];
  const output = computeMatmulOutput(inputs, attrs);
  if (countElements(output.shape) === 0) return { launches: [], temporaries: [], aliases: [] };
  const plain = toPlainEpilogue(attrs.epilogue);
  const added = plain?.hasAddend ? addend!.shape : undefined;
  const geometry = computeGeometry(a!.shape, b!.shape, added, output.shape, attrs);
  const { m, n, k, outer, inner, starts, strides } = geometry;
  const cut = cutProduct(outer * inner, m, n, k);
  const { rowTiles, columnTiles, slices, sliceDepth } = cut;
  const isSliced = slices > 1;
  const isAdded = added !== undefined && !isSliced;
  const kernel = writeProductKernel(geometry, cut, isAdded);
  const size = outer * inner * m * n;
  const count = outer * inner * rowTiles * columnTiles * slices;
  const slope = plain?.slope ?? 1;
  const launches = starts.flatMap((start): PlannedLaunch[] => {
    const product = planLaunch(kernel, {
      reads: { a: { input: 0 }, b: { input: 1 }, addend: isAdded ? { input: 2 } : undefined },
      writes: { c: isSliced ? { temporary: 0 } : { output: 0 } },
      parameters: {
        slope: isSliced ? 1 : slope,
        count,
        rowTiles,
        columnTiles,
        slices,
        sliceDepth,
        sliceSize: size,
        rows: m,
        width: n,
        k,
        inner,
        ...strides,
        ...start,
        startC: isSliced ? 0 : start.startC,
      },
      work: { workgroups: foldWorkgroups(count, limits) },
    });
    if (!isSliced) return [product];
    const ofAddend = added && {
      operand: { input: 2 },
      start: start.startAddend,
      row: strides.addendRow,
      column: strides.addendColumn,
      outer: strides.addendOuter,
      inner: strides.addendInner,
      innerSize: inner,
    };
    return [
      product,
      planMergeSlices(slices, { size, rows: m, columns: n }, start.startC, ofAddend, slope, limits),
    ];
  });
  if (plain === undefined) launches.push(planEpilogue(attrs.epilogue!, inputs, output));
  const temporaries: Spec[] = isSliced ? [{ shape: [slices, size], dtype: "f32" }] : [];
  return { launches, temporaries, aliases: [] };
}
