import type { PlannedLaunch, Slot } from "../../../core/devices/launch.ts";
import { wasmKernel } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { itemsPerChunk } from "../../../core/plans/work.ts";
import type { Spec } from "../../../core/spec.ts";
import { sizeOf } from "../../../core/spec.ts";
import { launchesOnly } from "../../movement/view.ts";
import type { ReductionAttributes } from "../attributes.ts";
import type { ReductionGroup } from "../passes.ts";
import { reductionGroups, splitGroup } from "../passes.ts";
import { reducedShape } from "../reduction-geometry.ts";
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
export function momentsPlan(x: Spec, attrs: ReductionAttributes, divisor: number): Plan {
  const [first = { outer: sizeOf(x.shape), length: 1, inner: 1 }, ...others] = reductionGroups(
    x.shape,
    attrs.axes,
  );
  if (sizeOf(reducedShape(x.shape, attrs)) === 0) return launchesOnly([]);
  const pass = splitGroup(first, columnsPerItem);
  const merges = mergesOf(pass, others);
  const last = merges.length;
  const width = Math.min(pass.inner, columnsPerItem);
  return {
    aliases: [],
    temporaries: merges.map(({ outer, length, inner }) => ({
      shape: [outer * length * inner * wordsOfPartial],
      dtype: "f32",
    })),
    launches: [
      planLaunch(wasmKernel(module, "moments", momentsKernels), {
        reads: { x: { input: 0 } },
        writes: destination(0, last),
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
          chunk: itemsPerChunk(2 * pass.splitLength * width),
          scratchBytes: 16 * columnsPerItem,
        },
      }),
      ...merges.map((merge, index) => mergeMomentsLaunch(merge, index, last, divisor)),
    ],
  };
}

function mergesOf(pass: ReturnType<typeof splitGroup>, others: readonly ReductionGroup[]): Merge[] {
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
const destination = (index: number, last: number): Destination =>
  index < last
    ? { partials: { temporary: index }, mean: undefined, variance: undefined }
    : { partials: undefined, mean: { output: 0 }, variance: { output: 1 } };

function mergeMomentsLaunch(
  { outer, length, inner, count, last: lastCount }: Merge,
  index: number,
  last: number,
  divisor: number,
): PlannedLaunch {
  return planLaunch(wasmKernel(module, "mergeMoments", momentsKernels), {
    reads: { from: { temporary: index } },
    writes: destination(index + 1, last),
    parameters: { length, inner, count, last: lastCount, divisor },
    work: { items: outer * inner, chunk: itemsPerChunk(10 * length), scratchBytes: 16 },
  });
}
