import type { Limits } from "../../../core/devices/backend.ts";
import { getStorage } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, Slot } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { countItemsPerChunk } from "../../../core/plans/work.ts";
import { countElements } from "../../../core/spec.ts";
import type { DType } from "../../../expression/dtype.ts";
import { countStorageBytes } from "../../../expression/storage.ts";
import type { Dimension, StridedCopy } from "../strided-copy.ts";
import { mergeCopyDimensions } from "../strided-copy.ts";
import { copyKernels } from "./copy.kernels.ts";
import { module } from "./copy.wasm.ts";

/** The number of elements of a line that one item copies. */
const elementsPerPiece = 4096;
/** The number of contiguous elements that one item writes when it transposes. */
const transposedPiece = 128;
/** Lines up to this length are not worth a separate copy. */
const shortLine = 4;

/** The copies of a launch's items: pieces of a line, or blocks of a matrix to transpose, whose other dimension is `across`. */
interface Choice {
  readonly line: Dimension;
  readonly across?: Dimension;
  readonly outer: readonly Dimension[];
}

function choose(dimensions: readonly Dimension[]): Choice {
  const long = dimensions.filter(({ size }) => size >= shortLine);
  const others = (...taken: (Dimension | undefined)[]) =>
    dimensions.filter((dimension) => !taken.includes(dimension));
  const contiguous = long.find(({ from, to }) => from === 1 && to === 1);
  if (contiguous !== undefined) return { line: contiguous, outer: others(contiguous) };
  const written = long.find(({ to }) => to === 1);
  const read = long.find(({ from }) => from === 1);
  if (written !== undefined && read !== undefined) {
    return { line: written, across: read, outer: others(written, read) };
  }
  const distance = ({ from, to }: Dimension): number => Math.abs(from) + Math.abs(to);
  const nearest = (long.length > 0 ? long : dimensions).reduce((best, dimension) =>
    distance(dimension) < distance(best) ? dimension : best,
  );
  return { line: nearest, outer: others(nearest) };
}

/** The launches of a copy in WebAssembly: one, unless a line has more than four outer dimensions. */
export function planCopy(
  { shape, from, to }: StridedCopy,
  dtype: DType,
  limits: Limits,
  read: Slot,
  write: Slot,
): PlannedLaunch[] {
  if (countElements(shape) === 0) return [];
  const choice = choose(mergeCopyDimensions({ shape, from, to }));
  const entry = countStorageBytes(getStorage(dtype, limits)) === 1 ? "copyBytes" : "copyWords";
  return listOffsets(choice.outer.slice(0, -4), from.offset, to.offset).map(([fromOffset, toOffset]) =>
    planLaunch(makeWasmKernel(module, entry, copyKernels), {
      reads: { x: read },
      writes: { y: write },
      ...nameArguments({ ...choice, outer: choice.outer.slice(-4) }, fromOffset, toOffset),
    }),
  );
}

/** The offsets of both sides at every index of the dimensions. */
function listOffsets(
  dimensions: readonly Dimension[],
  from: number,
  to: number,
): [from: number, to: number][] {
  return dimensions.reduce<[number, number][]>(
    (offsets, dimension) =>
      offsets.flatMap(([fromOffset, toOffset]) =>
        Array.from({ length: dimension.size }, (_, index): [number, number] => [
          fromOffset + index * dimension.from,
          toOffset + index * dimension.to,
        ]),
      ),
    [[from, to]],
  );
}

function nameArguments({ line, across, outer }: Choice, fromOffset: number, toOffset: number) {
  const one: Dimension = { size: 1, from: 0, to: 0 };
  const four = [...new Array<Dimension>(4 - outer.length).fill(one), ...outer];
  const [d0, d1, d2, d3] = four as [Dimension, Dimension, Dimension, Dimension];
  const piece = across === undefined ? elementsPerPiece : transposedPiece;
  return {
    parameters: {
      n: line.size,
      piece,
      fromStep: line.from,
      toStep: line.to,
      across: across?.size ?? 0,
      acrossTo: across?.to ?? 0,
      d1: d1.size,
      d2: d2.size,
      d3: d3.size,
      f0: d0.from,
      f1: d1.from,
      f2: d2.from,
      f3: d3.from,
      t0: d0.to,
      t1: d1.to,
      t2: d2.to,
      t3: d3.to,
      fromOffset,
      toOffset,
    },
    work: {
      items: countElements(outer.map(({ size }) => size)) * Math.ceil(line.size / piece),
      chunk: countItemsPerChunk(Math.min(line.size, piece) * (across?.size ?? 1)),
    },
  };
}
