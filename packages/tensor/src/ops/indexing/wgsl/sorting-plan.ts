import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, Slot } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { foldWorkgroups } from "../../../core/plans/wgsl.ts";
import type { Spec } from "../../../core/spec.ts";
import type { Lines } from "../../movement/lines.ts";
import { foldInvocations } from "../../movement/wgsl/invocations.ts";
import type { SortOrder } from "./sorting.wgsl.ts";
import { blockSize, runsPerMerge, writeMergeKernel, writeSortKernel } from "./sorting.wgsl.ts";

/** Lines to sort, of which none is empty. */
export interface Sorting extends Lines {
  readonly order: SortOrder;
  /** The number of entries of each line to keep, at least one. */
  readonly keep: number;
}

/** The destination of the result: the places of the elements in their lines, best first, and optionally their keys. */
export interface SortedSlots {
  readonly places: Slot;
  readonly keys?: Slot;
}

/** The sorted runs of a line, which have the same number of entries except for the last one. */
export interface Runs {
  readonly runs: number;
  readonly run: number;
  readonly last: number;
}

const countStored = ({ runs, run, last }: Runs): number => (runs - 1) * run + last;

/** The runs after a block sort, and after each merge until one is left. */
export function listRuns(length: number, keep: number): Runs[] {
  const width = computeWidth(length);
  const runs = Math.ceil(length / width);
  const last = Math.min(keep, length - (runs - 1) * width);
  const stages: Runs[] = [{ runs, run: Math.min(keep, width), last }];
  for (let stage = stages[0]!; stage.runs > 1; stages.push(stage)) {
    const merged = Math.ceil(stage.runs / runsPerMerge);
    const left = countStored({ ...stage, runs: stage.runs - (merged - 1) * runsPerMerge });
    stage = { runs: merged, run: Math.min(keep, runsPerMerge * stage.run), last: Math.min(keep, left) };
  }
  return stages;
}

/** The smallest power of two that is not less than the length of a line, at most a block. */
const computeWidth = (length: number): number => Math.min(blockSize, 2 ** Math.ceil(Math.log2(length)));

/**
 * Launches that sort lines, in a stable order, and the temporaries that they need, which are those of the plan from
 * `firstTemporary` on.
 */
export function planSort(
  sorting: Sorting,
  limits: Limits,
  read: Slot,
  sorted: SortedSlots,
  firstTemporary: number,
): { readonly launches: PlannedLaunch[]; readonly temporaries: Spec[] } {
  const { outer, length, inner, keep } = sorting;
  const stages = listRuns(length, keep);
  const final = stages.length - 1;
  const listSlots = (stage: number): SortedSlots => {
    const temporary = firstTemporary + 2 * stage;
    return stage === final ? sorted : { places: { temporary }, keys: { temporary: temporary + 1 } };
  };
  const launches = stages.map((stage, index) =>
    index === 0
      ? planBlockSort(sorting, stage, limits, read, listSlots(0))
      : merge(outer, inner, stages[index - 1]!, stage, limits, listSlots(index - 1), listSlots(index)),
  );
  const temporaries = stages.slice(0, final).flatMap((stage): Spec[] => {
    const spec: Spec = { shape: [outer * countStored(stage) * inner], dtype: "u32" };
    return [spec, spec];
  });
  return { launches, temporaries };
}

function planBlockSort(
  { outer, length, inner, keep, order }: Sorting,
  stage: Runs,
  limits: Limits,
  read: Slot,
  to: SortedSlots,
): PlannedLaunch {
  const width = computeWidth(length);
  const lines = outer * inner;
  return planLaunch(writeSortKernel(order, to.keys !== undefined), {
    reads: { x: read },
    writes: { places: to.places, keys: to.keys },
    parameters: {
      lines,
      length,
      inner,
      segments: stage.runs,
      width,
      keep,
      stored: countStored(stage),
      ...order.parameters,
    },
    work: { workgroups: foldWorkgroups(Math.ceil((lines * stage.runs * width) / blockSize), limits) },
  });
}

function merge(
  outer: number,
  inner: number,
  stage: Runs,
  next: Runs,
  limits: Limits,
  from: SortedSlots,
  to: SortedSlots,
): PlannedLaunch {
  const count = outer * inner * countStored(stage);
  return planLaunch(writeMergeKernel(to.keys !== undefined), {
    reads: { places: from.places, keys: from.keys! },
    writes: { nextPlaces: to.places, nextKeys: to.keys },
    parameters: {
      count,
      inner,
      stored: countStored(stage),
      run: stage.run,
      nextStored: countStored(next),
      nextRun: next.run,
    },
    work: { workgroups: foldInvocations(count, limits) },
  });
}
