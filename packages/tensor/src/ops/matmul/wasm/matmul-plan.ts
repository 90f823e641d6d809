import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import { toPlainEpilogue } from "../epilogue.ts";
import { planEpilogue } from "../epilogue-launch.ts";
import { computeGeometry, transposeGeometry } from "../matmul-geometry.ts";
import type { MatmulAttributes } from "../matmul-shape.ts";
import { computeMatmulOutput } from "../matmul-shape.ts";
import { matmulKernels, matmulSizes } from "./matmul.kernels.ts";
import { choosePanels, countPackedBytes, packsTogether, planPackLaunch, readsRows } from "./packing.ts";

/** Values of a panel of columns that is packed at a time: it takes half of a 32 KiB first-level cache. */
const maxPanel = 4096;
/** Rows and columns of a tile: packed, both operands of a tile stay in a 512 KiB second-level cache. */
const maxTileRows = 128;
const maxTileColumns = 128;
/** A product is cut into tiles at least until there are this many, while tiles have this many multiplications. */
const wantedTiles = 16;
const smallestTile = 2 ** 20;
const narrowTile = 32;
/** Multiplications worth a chunk of their own: some ten microseconds. */
const chunkSize = 2 ** 18;

const roundUp = (x: number, multiple: number): number => Math.ceil(x / multiple) * multiple;

/** The smallest parts, multiples of `multiple`, in as many as it takes with parts of at most `largest`. */
export function computeEvenParts(total: number, largest: number, multiple: number): number {
  const parts = Math.max(1, Math.ceil(total / Math.max(1, largest)));
  return Math.max(multiple, roundUp(Math.ceil(total / parts), multiple));
}

export interface Tiling {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** How a batch of products of [m, k] and [k, n] is cut. */
export function planTiling(
  batch: number,
  m: number,
  n: number,
  k: number,
  panels: { readonly rows: number; readonly columns: number },
): Tiling {
  let rows = computeEvenParts(m, maxTileRows, panels.rows);
  let columns = computeEvenParts(n, maxTileColumns, panels.columns);
  const isCoarse = () =>
    batch * Math.ceil(m / rows) * Math.ceil(n / columns) < wantedTiles &&
    rows * columns * k >= 2 * smallestTile;
  while (isCoarse() && (rows > panels.rows || columns > panels.columns)) {
    // One row of tiles shares no b: as long as tiles are not too narrow it stays one.
    if (columns > panels.columns && (columns >= rows || (rows >= m && columns > narrowTile)))
      columns = computeEvenParts(n, columns / 2, panels.columns);
    else rows = computeEvenParts(m, rows / 2, panels.rows);
  }
  return { rows, columns, depth: computeEvenParts(k, maxPanel / panels.columns, 4) };
}

/**
 * Product tiles with the epilogue inside; one launch, or several where more than two dimensions of the batch broadcast apart.
 * Where many tiles read the same operands, a launch before packs those.
 */
export function planMatmul(
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
  // A column is a row of the transposed product, which the kernel has a faster way for.
  const isSwapped = geometry.n === 1 && geometry.m > 1;
  const { m, n, k, outer, inner, starts, strides } = isSwapped ? transposeGeometry(geometry) : geometry;
  const matrices = outer * inner * starts.length;
  const panels = choosePanels(limits, n);
  const { rows, columns, depth } = planTiling(matrices, m, n, k, panels);
  const [down, across] = [Math.ceil(m / rows), Math.ceil(n / columns)];
  const [left, right] = isSwapped ? [{ input: 1 }, { input: 0 }] : [{ input: 0 }, { input: 1 }];
  const keepsRows = readsRows(down, strides);
  const isPacked = matrices === 1 && !keepsRows && packsTogether(m, n, k, down, across);
  const packed = isPacked ? { temporary: 0 } : undefined;
  // Of b, what one row of tiles needs is needed once: each tile packs its own.
  const packedColumns = down > 1 ? n : 0;
  const scratchBytes =
    matmulSizes.tileBytes +
    countPackedBytes(packed || keepsRows ? 0 : rows, packed && down > 1 ? 0 : columns, depth, panels);
  const chunk = Math.max(1, Math.floor(chunkSize / Math.max(1, rows * columns * k)));
  const launches: PlannedLaunch[] = starts.map((start) =>
    planLaunch(makeWasmKernel(panels.from, "matmul", matmulKernels), {
      reads: { a: left, b: right, addend: added && { input: 2 }, packed },
      writes: { c: { output: 0 } },
      parameters: {
        ...start,
        m,
        n,
        k,
        ...strides,
        inner,
        tileRows: rows,
        tileColumns: columns,
        depthBlock: depth,
        slope: plain?.slope ?? 1,
      },
      work: { items: outer * inner * down * across, chunk, scratchBytes },
    }),
  );
  if (packed) {
    launches.unshift(
      planPackLaunch({ m, n: packedColumns, k }, strides, panels, { a: left, b: right }, packed),
    );
  }
  if (plain === undefined) launches.push(planEpilogue(attrs.epilogue!, inputs, output));
  const temporaries: Spec[] = packed
    ? [{ shape: [countPackedBytes(m, packedColumns, k, panels) / 4], dtype: "f32" }]
    : [];
  return { launches, temporaries, aliases: [] };
}
