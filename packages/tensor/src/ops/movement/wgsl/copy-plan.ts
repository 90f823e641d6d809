import type { Limits } from "../../../core/devices/backend.ts";
import { storageOf } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, ScalarSlot, Slot, WgslKernel } from "../../../core/devices/launch.ts";
import type { WgslKernelParts } from "../../../core/plans/wgsl.ts";
import { wgslKernel, workgroupLine } from "../../../core/plans/wgsl.ts";
import { sizeOf, stridesOf } from "../../../core/spec.ts";
import type { DType } from "../../../expression/dtype.ts";
import { bytesOfStorage } from "../../../expression/storage.ts";
import type { Dimension, StridedCopy } from "../strided-copy.ts";
import { dimensionsOf } from "../strided-copy.ts";
import type { FillCode } from "./copy.wgsl.ts";
import { boxCode, fillCode, ownerCode, tileSide, transposeCode } from "./copy.wgsl.ts";
import { invocations } from "./invocations.ts";
import type { Unit } from "./units.ts";
import { unitsPerWord, unitType, widestUnit } from "./units.ts";

/** What stands in the rest of an output of `size` elements, of which a copy writes some. */
export interface Fill {
  readonly size: number;
  readonly value: ScalarSlot;
}

/** Matrices this narrow read and write whole cache lines even without a tile. */
const leastTiledSize = 16;

/** The launch of a copy in WGSL, as `copyLaunches` gives those in WebAssembly. The axes of `to` are in row-major order. */
export function shaderCopyLaunches(
  copy: StridedCopy,
  dtype: DType,
  limits: Limits,
  read: Slot,
  write: Slot,
  fill?: Fill,
): PlannedLaunch[] {
  if (sizeOf(copy.shape) === 0 && fill === undefined) return [];
  const bytes = bytesOfStorage(storageOf(dtype, limits));
  const tiled = bytes === 4 && fill === undefined ? tiledCopy(copy, limits) : undefined;
  const call = tiled ?? boxCopy(boxOf(copy, bytes, fill), limits, fill && { ...fill, ...fillCode(dtype) });
  return [{ kind: "kernel", reads: [read], writes: [write], ...call }];
}

interface Call {
  readonly kernel: WgslKernel;
  readonly parameters: readonly (number | ScalarSlot)[];
  readonly work: { readonly workgroups: readonly [x: number, y: number, z: number] };
}

/** A copy counted in units. */
interface Box {
  readonly unit: Unit;
  readonly dimensions: readonly Dimension[];
  readonly from: number;
  readonly to: number;
  /** The size of the whole output, where all of it is written. */
  readonly filled: number;
}

function boxOf(copy: StridedCopy, bytes: number, fill: Fill | undefined): Box {
  const dimensions = dimensionsOf(copy);
  const last = dimensions.at(-1)!;
  const outer = dimensions.slice(0, -1);
  const [from, to, filled] = [copy.from.offset, copy.to.offset, fill?.size ?? 0];
  const strides = outer.flatMap((dimension) => [dimension.from, dimension.to]);
  const isContiguous = last.from === 1 && last.to === 1;
  const counts = isContiguous ? [last.size, ...strides, from, to, filled] : [1];
  const { unit, elements } = widestUnit(bytes, counts);
  return {
    unit,
    dimensions: [
      ...outer.map((one) => ({ size: one.size, from: one.from / elements, to: one.to / elements })),
      { ...last, size: last.size / elements },
    ],
    from: from / elements,
    to: to / elements,
    filled: filled / elements,
  };
}

function boxCopy({ unit, dimensions, from, to, filled }: Box, limits: Limits, fill?: Fill & FillCode): Call {
  const rank = dimensions.length;
  const perWord = unitsPerWord(unit);
  if (fill === undefined && perWord === 1) {
    const sizes = dimensions.map(({ size }) => size);
    const count = sizeOf(sizes);
    const parameters = [count, 0, from, to, ...dimensionParameters(dimensions, stridesOf(sizes))];
    return callOf({ code: boxCode(rank), ...entryOf("copy", unit) }, parameters, invocations(count, limits));
  }
  const end = dimensions.reduce((most, one) => most + (one.size - 1) * one.to, to + 1);
  const first = fill ? 0 : Math.floor(to / perWord);
  const count = Math.ceil((fill ? filled : end) / perWord) - first;
  const divisors = dimensions.map((one) => Math.max(1, one.to));
  const parameters = [count, first, from, to, ...dimensionParameters(dimensions, divisors)];
  return callOf(
    { code: ownerCode(unit, rank, fill), ...entryOf("copy", unit) },
    parameters,
    invocations(count, limits),
    fill,
  );
}

/** Tiles, where the elements are contiguous along one axis of x and along another one of y. */
function tiledCopy(copy: StridedCopy, limits: Limits): Call | undefined {
  const dimensions = dimensionsOf(copy);
  const large = dimensions.filter(({ size }) => size >= leastTiledSize);
  const across = large.find(({ from, to }) => from === 1 && to !== 1);
  const down = large.find(({ from, to }) => to === 1 && from !== 1);
  if (across === undefined || down === undefined) return undefined;
  const others = dimensions.filter((one) => one !== across && one !== down);
  const outer = others.length > 0 ? others : [{ size: 1, from: 0, to: 0 }];
  const sizes = outer.map(({ size }) => size);
  const tiles = sizeOf(sizes) * Math.ceil(across.size / tileSide) * Math.ceil(down.size / tileSide);
  const parameters = [
    tiles,
    0,
    copy.from.offset,
    copy.to.offset,
    ...dimensionParameters(outer, stridesOf(sizes)),
    across.size,
    across.to,
    down.size,
    down.from,
  ];
  return callOf(
    { code: transposeCode(outer.length), ...entryOf("transpose", "word") },
    parameters,
    workgroupLine(tiles, limits),
  );
}

/** Divisor, size and both strides of each dimension. */
function dimensionParameters(dimensions: readonly Dimension[], divisors: readonly number[]): number[] {
  return dimensions.flatMap(({ size, from, to }, index) => [divisors[index]!, size, from >>> 0, to]);
}

const entryOf = (entry: string, unit: Unit) => ({
  ...{ entry, reads: { x: unitType(unit) }, writes: { y: unitType(unit) } },
});

function callOf(
  parts: WgslKernelParts,
  parameters: readonly number[],
  workgroups: readonly [x: number, y: number, z: number],
  fill?: Fill & FillCode,
): Call {
  const types = parameters.map(() => "u32" as const);
  const work = { workgroups };
  if (fill === undefined) {
    return { kernel: wgslKernel({ ...parts, parameterTypes: types }), parameters, work };
  }
  const kernel = wgslKernel({ ...parts, parameterTypes: [...types, fill.type] });
  return { kernel, parameters: [...parameters, fill.value], work };
}
