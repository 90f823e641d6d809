import type { PlannedLaunch, Slot, Work } from "../../core/devices/launch.ts";
import type { Plan } from "../../core/op.ts";
import { countItemsPerChunk, elementsPerChunk } from "../../core/plans/work.ts";
import type { Shape, Spec } from "../../core/spec.ts";
import { countElements } from "../../core/spec.ts";

/** One launch of a reduction: [outer, length, inner] -> [outer, splits, inner]. */
export interface ReductionPass extends ReductionGroup {
  /**
   * The number of parts of `splitLength` (the last may be shorter) that are reduced separately; 1 in the last pass of
   * an axis.
   */
  readonly splits: number;
  readonly splitLength: number;
}

/** The number of columns that an item processes at a time: their partial results stay in the first-level cache. */
const columnsPerItem = 256;

/** Merges neighbouring axes of one kind and drops those of one element. */
export function mergeAxes(shape: Shape, axes: readonly number[]): { size: number; reduced: boolean }[] {
  const merged: { size: number; reduced: boolean }[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const reduced = axes.includes(axis);
    const last = merged.at(-1);
    if (last?.reduced === reduced) last.size *= size;
    else merged.push({ size, reduced });
  });
  return merged;
}

/** A group of neighbouring axes seen as the middle one of three. */
export interface ReductionGroup {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** The groups to reduce one after another, from the last to the first; none if each of them has one element. */
export function listReductionGroups(shape: Shape, axes: readonly number[]): ReductionGroup[] {
  if (countElements(shape) === 0) {
    return [{ outer: countElements(shape.filter((_, axis) => !axes.includes(axis))), length: 0, inner: 1 }];
  }
  const merged = mergeAxes(shape, axes);
  const groups: ReductionGroup[] = [];
  for (let group = merged.length - 1; group >= 0; group--) {
    if (!merged[group]!.reduced) continue;
    const outer = countElements(merged.slice(0, group).map(({ size }) => size));
    const inner = countElements(merged.slice(group + 1).map(({ size }) => size));
    groups.push({ outer, length: merged[group]!.size, inner });
    merged.splice(group, 1);
  }
  return groups;
}

/** Splits a long group into parts, each large enough for a chunk. */
export function splitGroup({ outer, length, inner }: ReductionGroup, columns: number): ReductionPass {
  const width = Math.max(1, Math.min(inner, columns));
  const splitLength = length * width <= 2 * elementsPerChunk ? length : Math.floor(elementsPerChunk / width);
  const splits = splitLength === length ? 1 : Math.ceil(length / splitLength);
  return { outer, length, inner, splits, splitLength };
}

/** The passes over all groups. The parts of a long group are merged by additional passes, in order. */
export function listReductionPasses(
  shape: Shape,
  axes: readonly number[],
  columns: number = columnsPerItem,
): ReductionPass[] {
  return listReductionGroups(shape, axes).flatMap((group) => {
    const passes = [splitGroup(group, columns)];
    for (let last = passes[0]!; last.splits > 1; passes.push(last)) {
      last = splitGroup({ ...group, length: last.splits }, columns);
    }
    return passes;
  });
}

/** What the launches of all reductions have in common. */
export interface ReductionLaunch {
  readonly reads: { readonly x: Slot };
  readonly writes: { readonly y: Slot };
  readonly parameters: Omit<ReductionPass, "outer"> & { readonly tile: number };
  readonly work: Work;
}

/**
 * A plan with a launch for each pass; partial results are elements of the output's dtype. A reduction of single elements is a
 * view.
 */
export function planReduction(
  input: Spec,
  output: Spec,
  axes: readonly number[],
  makeLaunch: (common: ReductionLaunch, isLast: boolean) => PlannedLaunch,
  tile: number = columnsPerItem,
): Plan {
  const passes = listReductionPasses(input.shape, axes, tile);
  if (countElements(output.shape) === 0) return { launches: [], temporaries: [], aliases: [] };
  if (passes.length === 0) return { launches: [], temporaries: [], aliases: [[0, 0]] };
  const last = passes.length - 1;
  return {
    aliases: [],
    temporaries: passes
      .slice(0, last)
      .map(({ outer, splits, inner }) => ({ shape: [outer * splits * inner], dtype: output.dtype })),
    launches: passes.map(({ outer, length, inner, splits, splitLength }, pass) => {
      const width = Math.min(inner, tile);
      const common: ReductionLaunch = {
        reads: { x: pass === 0 ? { input: 0 } : { temporary: pass - 1 } },
        writes: { y: pass === last ? { output: 0 } : { temporary: pass } },
        parameters: { length, inner, splits, splitLength, tile },
        work: {
          items: outer * splits * Math.ceil(inner / tile),
          chunk: countItemsPerChunk(splitLength * width),
          scratchBytes: 4 * tile,
        },
      };
      return makeLaunch(common, pass === last);
    }),
  };
}
