import type { PlannedLaunch, Slot } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { countItemsPerChunk } from "../../../core/plans/work.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import { makePlan } from "../../movement/view.ts";
import type { ReductionAttributes } from "../attributes.ts";
import type { ReductionGroup } from "../passes.ts";
import { listReductionGroups, splitGroup } from "../passes.ts";
import { computeReducedShape } from "../reduction-geometry.ts";
import { momentsKernels } from "./moments.kernels.ts";
import { module } from "./moments.wasm.ts";

/** The number of columns that an item processes at a time. */
const columnsPerItem = 128;
/** The size of a partial result in words: a mean and an M2 in f64. */
const wordsOfPartial = 4;

/** The merge of partial results of `count` values each, or of `last` values for the last one of a length. */
interface Merge extends ReductionGroup {
  readonly count: number;
  readonly last: number;
}

/** The moments of the last group of axes, in parts if it is long, then merges of the parts and of the other groups. */
export function planMoments(x: Spec, attrs: ReductionAttributes, divisor: number): Plan {
  const [first = { outer: countElements(x.shape), length: 1, inner: 1 }, ...others] = listReductionGroups(
    x.shape,
    attrs.axes,
  );
  if (countElements(computeReducedShape(x.shape, attrs)) === 0) return makePlan([]);
  const pass = splitGroup(first, columnsPerItem);
  const merges = listMerges(pass, others);
  const last = merges.length;
  const width = Math.min(pass.inner, columnsPerItem);
  return {
    aliases: [],
    temporaries: merges.map(({ outer, length, inner }) => ({
      shape: [outer * length * inner * wordsOfPartial],
      dtype: "f32",
    })),
    launches: [
      planLaunch(makeWasmKernel(module, "moments", momentsKernels), {
        reads: { x: { input: 0 } },
        writes: chooseDestination(0, last),
        parameters: {
          length: pass.length,
          inner: pass.inner,
          splits: pass.splits,
          splitLength: pass.splitLength,
          tile: columnsPerItem,
          divisor,
        },
        work: {
          items: pass.outer * pass.splits * Math.ceil(pass.inner / columnsPerItem),
          chunk: countItemsPerChunk(2 * pass.splitLength * width),
          scratchBytes: 16 * columnsPerItem,
        },
      }),
      ...merges.map((merge, index) => planMergeMoments(merge, index, last, divisor)),
    ],
  };
}

function listMerges(pass: ReturnType<typeof splitGroup>, others: readonly ReductionGroup[]): Merge[] {
  const { outer, length, inner, splits, splitLength } = pass;
  const merges: Merge[] = [];
  if (splits > 1) {
    const last = length - (splits - 1) * splitLength;
    merges.push({ outer, length: splits, inner, count: splitLength, last });
  }
  let count = length;
  for (const group of others) {
    merges.push({ ...group, count, last: count });
    count *= group.length;
  }
  return merges;
}

interface Destination {
  readonly partials: Slot | undefined;
  readonly mean: Slot | undefined;
  readonly variance: Slot | undefined;
}

/** The destination of launch number `index`: partial results, or mean and variance if it is the last one. */
const chooseDestination = (index: number, last: number): Destination =>
  index < last
    ? { partials: { temporary: index }, mean: undefined, variance: undefined }
    : { partials: undefined, mean: { output: 0 }, variance: { output: 1 } };

function planMergeMoments(
  { outer, length, inner, count, last: lastCount }: Merge,
  index: number,
  last: number,
  divisor: number,
): PlannedLaunch {
  return planLaunch(makeWasmKernel(module, "mergeMoments", momentsKernels), {
    reads: { from: { temporary: index } },
    writes: chooseDestination(index + 1, last),
    parameters: { length, inner, count, last: lastCount, divisor },
    work: { items: outer * inner, chunk: countItemsPerChunk(10 * length), scratchBytes: 16 },
  });
}
