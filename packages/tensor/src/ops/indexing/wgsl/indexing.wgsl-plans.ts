import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import type { Spec } from "../../../core/spec.ts";
import { sizeOf } from "../../../core/spec.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import type { GatherAttributes, IndexAddAttributes, TakeAttributes, TopKAttributes } from "../attributes.ts";
import type { Indexing } from "../indexing.ts";
import { indexCheck, missingValue, updateLines } from "../indexing.ts";
import { canStoreSums, shaderAddPlan, shaderTakeLaunches } from "./indexing-plan.ts";
import { valueOrder } from "./sorting.wgsl.ts";
import { sortLaunches } from "./sorting-plan.ts";

type IndexingOf = (updates: Spec, indices: Spec, attrs: IndexAddAttributes) => Indexing;

const sumsFor = (name: string, indexingOf: IndexingOf): PlanEntry =>
  planFor<IndexAddAttributes>(
    name,
    ([updates, indices], attrs, limits) => {
      const check = indexCheck(name, attrs.size, attrs.outOfRange);
      return shaderAddPlan(updates!, indexingOf(updates!, indices!, attrs), limits, check);
    },
    {
      takesStored: ([updates, indices], attrs, limits) =>
        canStoreSums(updates!, indexingOf(updates!, indices!, attrs), limits),
    },
  );

export const plans: readonly PlanEntry[] = [
  sumsFor("indexAdd", (updates, indices, { axis, size }) => ({
    ...updateLines(updates, indices, axis),
    length: size,
    elementwise: false,
  })),
  sumsFor("scatterAdd", (updates, _, { axis, size }) => {
    const { outer, length, inner } = linesAlong(updates.shape, axis);
    return { outer, length: size, inner, count: length, elementwise: true };
  }),
  planFor<TakeAttributes>(
    "take",
    ([x, indices], { axis, outOfRange }, limits) => {
      const count = sizeOf(indices!.shape);
      const indexing: Indexing = { ...linesAlong(x!.shape, axis), count, elementwise: false };
      const check = indexCheck("take", indexing.length, outOfRange);
      return launchesOnly(shaderTakeLaunches(x!, missingValue(x!, outOfRange), indexing, limits, check));
    },
    { takesStored: true },
  ),
  planFor<GatherAttributes>(
    "gather",
    ([x, indices], { axis, outOfRange }, limits) => {
      const indexing = { ...linesAlong(x!.shape, axis), count: indices!.shape[axis]!, elementwise: true };
      const check = indexCheck("gather", indexing.length, outOfRange);
      return launchesOnly(shaderTakeLaunches(x!, missingValue(x!, outOfRange), indexing, limits, check));
    },
    { takesStored: true },
  ),
  planFor<TopKAttributes>(
    "topK",
    ([x], { k, axis, largest }, limits) => {
      const lines = linesAlong(x!.shape, axis);
      if (lines.outer * lines.inner * k === 0) return launchesOnly([]);
      const order = valueOrder(x!.dtype, largest ? "descending" : "ascending", limits);
      const sorting = { ...lines, keep: k, order };
      const places = { output: 1 };
      const { launches, temporaries } = sortLaunches(sorting, limits, { input: 0 }, { places }, 0);
      const indexing = { ...lines, count: k, elementwise: true };
      const values = shaderTakeLaunches(x!, 0, indexing, limits, undefined, {
        x: { input: 0 },
        indices: places,
      });
      return { launches: [...launches, ...values], temporaries, aliases: [] };
    },
    { takesStored: true },
  ),
  planFor(
    "argsort",
    ([x], _, limits) => {
      if (sizeOf(x!.shape) === 0) return launchesOnly([]);
      const lines = linesAlong(x!.shape, x!.shape.length - 1);
      const order = valueOrder(x!.dtype, "ascending", limits);
      const sorting = { ...lines, keep: lines.length, order };
      const places = { output: 0 };
      const { launches, temporaries } = sortLaunches(sorting, limits, { input: 0 }, { places }, 0);
      return { launches, temporaries, aliases: [] };
    },
    { takesStored: true },
  ),
];
