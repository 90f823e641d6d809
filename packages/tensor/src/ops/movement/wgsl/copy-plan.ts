import type { Limits } from "../../../core/devices/backend.ts";
import { getStorage } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, ScalarSlot, Slot } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { foldWorkgroups } from "../../../core/plans/wgsl.ts";
import { computeStrides, countElements } from "../../../core/spec.ts";
import type { DType } from "../../../expression/dtype.ts";
import { countStorageBytes } from "../../../expression/storage.ts";
import type { Dimension, StridedCopy } from "../strided-copy.ts";
import { mergeCopyDimensions } from "../strided-copy.ts";
import { tileSide, writeBoxKernel, writeFill, writeOwnerKernel, writeTransposeKernel } from "./copy.wgsl.ts";
import { foldInvocations } from "./invocations.ts";
import type { Unit } from "./units.ts";
import { countUnitsPerWord, findWidestUnit } from "./units.ts";

/** The contents of the other elements of an output of `size` elements, some of which a copy writes. */
export interface Fill {
  readonly size: number;
  readonly value: ScalarSlot;
}

/** Matrices this narrow read and write whole cache lines even without a tile. */
const leastTiledSize = 16;

/** The launch of a copy in WGSL, the counterpart of `planCopy` in WebAssembly. The axes of `to` are in row-major order. */
export function planShaderCopy(
  copy: StridedCopy,
  dtype: DType,
  limits: Limits,
  read: Slot,
  write: Slot,
  fill?: Fill,
): PlannedLaunch[] {
  if (countElements(copy.shape) === 0 && fill === undefined) return [];
  const bytes = countStorageBytes(getStorage(dtype, limits));
  const operands = { reads: { x: read }, writes: { y: write } };
  const tiled = bytes === 4 && fill === undefined ? planTiledCopy(copy, operands, limits) : undefined;
  return [tiled ?? planBoxCopy(findBox(copy, bytes, fill), operands, dtype, limits, fill)];
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

function findBox(copy: StridedCopy, bytes: number, fill: Fill | undefined): Box {
  const dimensions = mergeCopyDimensions(copy);
  const last = dimensions.at(-1)!;
  const outer = dimensions.slice(0, -1);
  const [from, to, filled] = [copy.from.offset, copy.to.offset, fill?.size ?? 0];
  const strides = outer.flatMap((dimension) => [dimension.from, dimension.to]);
  const isContiguous = last.from === 1 && last.to === 1;
  const counts = isContiguous ? [last.size, ...strides, from, to, filled] : [1];
  const { unit, elements } = findWidestUnit(bytes, counts);
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

function planBoxCopy(
  { unit, dimensions, from, to, filled }: Box,
  operands: CopyOperands,
  dtype: DType,
  limits: Limits,
  fill?: Fill,
): PlannedLaunch {
  const rank = dimensions.length;
  const perWord = countUnitsPerWord(unit);
  if (fill === undefined && perWord === 1) {
    const sizes = dimensions.map(({ size }) => size);
    const count = countElements(sizes);
    return planLaunch(writeBoxKernel(unit, rank), {
      ...operands,
      parameters: { count, xAt: from, yAt: to, dims: listRows(dimensions, computeStrides(sizes)) },
      work: { workgroups: foldInvocations(count, limits) },
    });
  }
  const end = dimensions.reduce((most, one) => most + (one.size - 1) * one.to, to + 1);
  const first = fill ? 0 : Math.floor(to / perWord);
  const count = Math.ceil((fill ? filled : end) / perWord) - first;
  const divisors = dimensions.map((one) => Math.max(1, one.to));
  const dims = listRows(dimensions, divisors);
  return planLaunch(writeOwnerKernel(unit, rank, fill && writeFill(dtype)), {
    ...operands,
    parameters: { count, first, xAt: from, yAt: to, dims, fill: fill?.value ?? 0 },
    work: { workgroups: foldInvocations(count, limits) },
  });
}

/** A copy in tiles, if the elements are contiguous along one axis in x and along another one in y. */
function planTiledCopy(copy: StridedCopy, operands: CopyOperands, limits: Limits): PlannedLaunch | undefined {
  const dimensions = mergeCopyDimensions(copy);
  const large = dimensions.filter(({ size }) => size >= leastTiledSize);
  const across = large.find(({ from, to }) => from === 1 && to !== 1);
  const down = large.find(({ from, to }) => to === 1 && from !== 1);
  if (across === undefined || down === undefined) return undefined;
  const others = dimensions.filter((one) => one !== across && one !== down);
  const outer = others.length > 0 ? others : [{ size: 1, from: 0, to: 0 }];
  const sizes = outer.map(({ size }) => size);
  const count = countElements(sizes) * Math.ceil(across.size / tileSide) * Math.ceil(down.size / tileSide);
  return planLaunch(writeTransposeKernel(outer.length), {
    ...operands,
    parameters: {
      count,
      xAt: copy.from.offset,
      yAt: copy.to.offset,
      dims: listRows(outer, computeStrides(sizes)),
      width: across.size,
      columnTo: across.to,
      height: down.size,
      rowFrom: down.from,
    },
    work: { workgroups: foldWorkgroups(count, limits) },
  });
}

/** The parameters of each dimension. */
const listRows = (dimensions: readonly Dimension[], divisors: readonly number[]) =>
  dimensions.map(({ size, from, to }, index) => [divisors[index]!, size, from >>> 0, to] as const);
