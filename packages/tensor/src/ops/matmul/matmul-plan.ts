import type { Limits } from "../../core/backend.ts";
import type { PlannedLaunch } from "../../core/launch.ts";
import { wasmKernel } from "../../core/launch.ts";
import type { Plan } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { sizeOf } from "../../core/spec.ts";
import { plainEpilogue } from "../epilogue/epilogue.ts";
import { epilogueLaunch } from "../epilogue/epilogue-launch.ts";
import type { MatmulAttributes } from "./matmul.ts";
import { module, relaxedModule } from "./matmul.wasm.ts";
import { geometryOf, transposed } from "./matmul-geometry.ts";
import { matmulOutput } from "./matmul-shape.ts";

/** Depth packed at a time: a panel of 8 columns takes a quarter of a 32 KiB first-level cache. */
const maxDepth = 256;
/** Rows and columns of a tile: packed, both operands of a tile stay in a 512 KiB second-level cache. */
const maxTileRows = 128;
const maxTileColumns = 256;
/** A product is cut into tiles at least until there are this many, while tiles have this many multiplications. */
const wantedTiles = 16;
const smallestTile = 2 ** 20;
/** Multiplications worth a chunk of their own: some ten microseconds. */
const chunkSize = 2 ** 18;

const roundUp = (x: number, multiple: number): number => Math.ceil(x / multiple) * multiple;

/** The smallest parts, multiples of `multiple`, in as many as it takes with parts of at most `largest`. */
export function evenParts(total: number, largest: number, multiple: number): number {
  const parts = Math.max(1, Math.ceil(total / Math.max(1, largest)));
  return Math.max(multiple, roundUp(Math.ceil(total / parts), multiple));
}

export interface Tiling {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** How a batch of products of [m, k] and [k, n] is cut. */
export function tilingOf(batch: number, m: number, n: number, k: number): Tiling {
  let rows = evenParts(m, maxTileRows, 4);
  let columns = evenParts(n, maxTileColumns, 8);
  const isCoarse = () =>
    batch * Math.ceil(m / rows) * Math.ceil(n / columns) < wantedTiles &&
    rows * columns * k >= 2 * smallestTile;
  while (isCoarse() && (rows > 4 || columns > 8)) {
    if (columns > 8 && columns >= rows) columns = evenParts(n, columns / 2, 8);
    else rows = evenParts(m, rows / 2, 4);
  }
  return { rows, columns, depth: evenParts(k, maxDepth, 4) };
}

/** Bytes of a panel in scratch: an odd number of cache lines. */
const panelBytes = (depth: number, width: number): number => roundUp(depth * width * 4, 64) + 64;

/** Product tiles with the epilogue inside; one launch, or several where more than two dimensions of the batch broadcast apart. */
export function matmulPlan(
  inputs: readonly (Spec | undefined)[],
  attrs: MatmulAttributes,
  limits: Limits,
): Plan {
  const [a, b, addend] = inputs as readonly Spec[];
  const output = matmulOutput(inputs, attrs);
  if (sizeOf(output.shape) === 0) return { launches: [], temporaries: [], aliases: [] };
  const plain = plainEpilogue(attrs.epilogue);
  const kernel = wasmKernel(limits.features.has("relaxed-simd") ? relaxedModule : module, "matmul");
  const added = plain?.hasAddend ? addend!.shape : undefined;
  const geometry = geometryOf(a!.shape, b!.shape, added, output.shape, attrs);
  // A column is a row of the transposed product, which the kernel has a faster way for.
  const isSwapped = geometry.n === 1 && geometry.m > 1;
  const { m, n, k, outer, inner, starts, strides } = isSwapped ? transposed(geometry) : geometry;
  const { rows, columns, depth } = tilingOf(outer * inner * starts.length, m, n, k);
  const launches: PlannedLaunch[] = starts.map((start) => ({
    kind: "kernel",
    kernel,
    reads: [{ input: isSwapped ? 1 : 0 }, { input: isSwapped ? 0 : 1 }, added && { input: 2 }],
    writes: [{ output: 0 }],
    parameters: [...start, m, n, k, rows, columns, depth, ...strides, plain?.slope ?? 1],
    work: {
      items: outer * inner * Math.ceil(m / rows) * Math.ceil(n / columns),
      chunk: Math.max(1, Math.floor(chunkSize / Math.max(1, rows * columns * k))),
      scratchBytes: 128 + (rows / 4) * panelBytes(depth, 4) + (columns / 8) * panelBytes(depth, 8),
    },
  }));
  if (plain === undefined) launches.push(epilogueLaunch(attrs.epilogue!, inputs, output));
  return { launches, temporaries: [], aliases: [] };
}
