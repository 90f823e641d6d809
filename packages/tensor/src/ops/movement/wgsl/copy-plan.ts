import type { Limits } from "../../../core/devices/backend.ts";
import { storageOf } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, ScalarSlot, Slot } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { workgroupLine } from "../../../core/plans/wgsl.ts";
import { sizeOf, stridesOf } from "../../../core/spec.ts";
import type { DType } from "../../../expression/dtype.ts";
import { bytesOfStorage } from "../../../expression/storage.ts";
import type { Dimension, StridedCopy } from "../strided-copy.ts";
import { dimensionsOf } from "../strided-copy.ts";
import { boxKernel, fillCode, ownerKernel, tileSide, transposeKernel } from "./copy.wgsl.ts";
import { invocations } from "./invocations.ts";
import type { Unit } from "./units.ts";
import { unitsPerWord, widestUnit } from "./units.ts";

/** The contents of the other elements of an output of `size` elements, some of which a copy writes. */
export interface Fill {
  readonly size: number;
  readonly value: ScalarSlot;
}

/** Matrices this narrow read and write whole cache lines even without a tile. */
const leastTiledSize = 16;

/** The launch of a copy in WGSL, the counterpart of `copyLaunches` in WebAssembly. The axes of `to` are in row-major order. */
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
  const operands = { reads: { x: read }, writes: { y: write } };
  const tiled = bytes === 4 && fill === undefined ? tiledCopy(copy, operands, limits) : undefined;
  return [tiled ?? boxCopy(boxOf(copy, bytes, fill), operands, dtype, limits, fill)];
}

interface CopyOperands {
  readonly reads: { readonly x: Slot };
  readonly writes: { readonly y: Slot };
}

/** A copy with sizes and strides in units. */
interface Box {
  readonly unit: Unit;
  readonly dimensions: readonly Dimension[];
  readonly from: number;
  readonly to: number;
  /** The size of the whole output, if all of it is written. */
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

function boxCopy(
  { unit, dimensions, from, to, filled }: Box,
  operands: CopyOperands,
  dtype: DType,
  limits: Limits,
  fill?: Fill,
): PlannedLaunch {
  const rank = dimensions.length;
  const perWord = unitsPerWord(unit);
  if (fill === undefined && perWord === 1) {
    const sizes = dimensions.map(({ size }) => size);
    const count = sizeOf(sizes);
    return planLaunch(boxKernel(unit, rank), {
      ...operands,
      parameters: { count, xAt: from, yAt: to, dims: rowsOf(dimensions, stridesOf(sizes)) },
      work: { workgroups: invocations(count, limits) },
    });
  }
  const end = dimensions.reduce((most, one) => most + (one.size - 1) * one.to, to + 1);
  const first = fill ? 0 : Math.floor(to / perWord);
  const count = Math.ceil((fill ? filled : end) / perWord) - first;
  const divisors = dimensions.map((one) => Math.max(1, one.to));
  const dims = rowsOf(dimensions, divisors);
  return planLaunch(ownerKernel(unit, rank, fill && fillCode(dtype)), {
    ...operands,
    parameters: { count, first, xAt: from, yAt: to, dims, fill: fill?.value ?? 0 },
    work: { workgroups: invocations(count, limits) },
  });
}

/** A copy in tiles, if the elements are contiguous along one axis in x and along another one in y. */
function tiledCopy(copy: StridedCopy, operands: CopyOperands, limits: Limits): PlannedLaunch | undefined {
  const dimensions = dimensionsOf(copy);
  const large = dimensions.filter(({ size }) => size >= leastTiledSize);
  const across = large.find(({ from, to }) => from === 1 && to !== 1);
  const down = large.find(({ from, to }) => to === 1 && from !== 1);
  if (across === undefined || down === undefined) return undefined;
  const others = dimensions.filter((one) => one !== across && one !== down);
  const outer = others.length > 0 ? others : [{ size: 1, from: 0, to: 0 }];
  const sizes = outer.map(({ size }) => size);
  const count = sizeOf(sizes) * Math.ceil(across.size / tileSide) * Math.ceil(down.size / tileSide);
  return planLaunch(transposeKernel(outer.length), {
    ...operands,
    parameters: {
      count,
      xAt: copy.from.offset,
      yAt: copy.to.offset,
      dims: rowsOf(outer, stridesOf(sizes)),
      width: across.size,
      columnTo: across.to,
      height: down.size,
      rowFrom: down.from,
    },
    work: { workgroups: workgroupLine(count, limits) },
  });
}

/** The parameters of each dimension. */
const rowsOf = (dimensions: readonly Dimension[], divisors: readonly number[]) =>
  dimensions.map(({ size, from, to }, index) => [divisors[index]!, size, from >>> 0, to] as const);
