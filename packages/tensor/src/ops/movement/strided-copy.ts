import type { Limits } from "../../core/backend.ts";
import { storageOf } from "../../core/backend.ts";
import { mergeDimensions } from "../../core/expression-plan.ts";
import type { PlannedLaunch, Slot } from "../../core/launch.ts";
import { wasmKernel } from "../../core/launch.ts";
import type { Shape } from "../../core/spec.ts";
import { sizeOf } from "../../core/spec.ts";
import { itemsPerChunk } from "../../core/work.ts";
import type { DType } from "../../expression/dtype.ts";
import { bytesOfStorage } from "../../expression/dtype.ts";
import { module } from "./wasm/copy.wasm.ts";

/** One side of a copy: where the first element stands and how far neighbours are apart, in elements. */
export interface Layout {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Moves a box of elements from one layout to another. */
export interface StridedCopy {
  readonly shape: Shape;
  readonly from: Layout;
  readonly to: Layout;
}

export interface Dimension {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** Elements of a line that one item copies. */
const elementsPerPiece = 4096;
/** Elements that one item writes side by side when it transposes. */
const transposedPiece = 128;
/** A line this short is not worth a copy of its own. */
const shortLine = 4;

/** What the items of a launch copy: a line, or a block that `across` makes a matrix to transpose. */
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

/** Plans a copy in some language. */
export type CopyLaunches = (
  copy: StridedCopy,
  dtype: DType,
  limits: Limits,
  read: Slot,
  write: Slot,
) => PlannedLaunch[];

/** The dimensions of a copy: neighbours that both sides walk as one are merged. There is at least one. */
export function dimensionsOf({ shape, from, to }: StridedCopy): Dimension[] {
  const merged = mergeDimensions(shape, [from.strides, to.strides]);
  const [froms, tos] = merged.strides as [number[], number[]];
  return merged.shape.map((size, axis) => ({ size, from: froms[axis]!, to: tos[axis]! }));
}

/** The launches of a copy in WebAssembly: one, unless more than four dimensions are left around a line. */
export function copyLaunches(
  { shape, from, to }: StridedCopy,
  dtype: DType,
  limits: Limits,
  read: Slot,
  write: Slot,
): PlannedLaunch[] {
  if (sizeOf(shape) === 0) return [];
  const choice = choose(dimensionsOf({ shape, from, to }));
  const entry = bytesOfStorage(storageOf(dtype, limits)) === 1 ? "copyBytes" : "copyWords";
  return offsetsOf(choice.outer.slice(0, -4), from.offset, to.offset).map(([fromOffset, toOffset]) => ({
    kind: "kernel",
    kernel: wasmKernel(module, entry),
    reads: [read],
    writes: [write],
    ...argumentsOf({ ...choice, outer: choice.outer.slice(-4) }, fromOffset, toOffset),
  }));
}

/** The offsets of both sides at every index of the dimensions. */
function offsetsOf(dimensions: readonly Dimension[], from: number, to: number): [from: number, to: number][] {
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

function argumentsOf({ line, across, outer }: Choice, fromOffset: number, toOffset: number) {
  const one: Dimension = { size: 1, from: 0, to: 0 };
  const four = [...new Array<Dimension>(4 - outer.length).fill(one), ...outer];
  const piece = across === undefined ? elementsPerPiece : transposedPiece;
  return {
    parameters: [
      ...[line.size, piece, line.from, line.to, across?.size ?? 0, across?.to ?? 0],
      ...four.slice(1).map(({ size }) => size),
      ...four.map((dimension) => dimension.from),
      ...four.map((dimension) => dimension.to),
      ...[fromOffset, toOffset],
    ],
    work: {
      items: sizeOf(outer.map(({ size }) => size)) * Math.ceil(line.size / piece),
      chunk: itemsPerChunk(Math.min(line.size, piece) * (across?.size ?? 1)),
    },
  };
}
