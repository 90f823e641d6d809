import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import { computeLines } from "../../movement/lines.ts";
import { makePlan } from "../../movement/view.ts";
import type { GatherAttributes, IndexAddAttributes, TakeAttributes, TopKAttributes } from "../attributes.ts";
import type { Indexing } from "../indexing.ts";
import { computeUpdateLines, getMissingValue, makeIndexCheck } from "../indexing.ts";
import { canStoreSums, planShaderAdd, planShaderTake } from "./indexing-plan.ts";
import { makeValueOrder } from "./sorting.wgsl.ts";
import { planSort } from "./sorting-plan.ts";

type IndexingOf = (updates: Spec, indices: Spec, attrs: IndexAddAttributes) => Indexing;

const makeSums = (name: string, toIndexing: IndexingOf): PlanEntry =>
  makePlanEntry<IndexAddAttributes>(
    name,
    ([updates, indices], attrs, limits) => {
      const check = makeIndexCheck(name, attrs.size, attrs);
      return planShaderAdd(updates!, toIndexing(updates!, indices!, attrs), limits, check);
    },
    {
      takesStored: ([updates, indices], attrs, limits) =>
        canStoreSums(updates!, toIndexing(updates!, indices!, attrs), limits),
    },
  );

export const plans: readonly PlanEntry[] = [
  makeSums("indexAdd", (updates, indices, { axis, size, negative }) => ({
    ...computeUpdateLines(updates, indices, axis),
    length: size,
    elementwise: false,
    negative,
  })),
  makeSums("scatterAdd", (updates, _, { axis, size, negative }) => {
    const { outer, length, inner } = computeLines(updates.shape, axis);
    return { outer, length: size, inner, count: length, elementwise: true, negative };
  }),
  makePlanEntry<TakeAttributes>(
    "take",
    ([x, indices], { axis, outOfRange, negative }, limits) => {
      const count = countElements(indices!.shape);
      const indexing: Indexing = { ...computeLines(x!.shape, axis), count, elementwise: false, negative };
      const check = makeIndexCheck("take", indexing.length, { outOfRange, negative });
      return makePlan(planShaderTake(x!, getMissingValue(x!, outOfRange), indexing, limits, check));
    },
    { takesStored: true },
  ),
  makePlanEntry<GatherAttributes>(
    "gather",
    ([x, indices], { axis, outOfRange, negative }, limits) => {
      const indexing = {
        ...computeLines(x!.shape, axis),
        count: indices!.shape[axis]!,
        elementwise: true,
        negative,
      };
      const check = makeIndexCheck("gather", indexing.length, { outOfRange, negative });
      return makePlan(planShaderTake(x!, getMissingValue(x!, outOfRange), indexing, limits, check));
    },
    { takesStored: true },
  ),
  makePlanEntry<TopKAttributes>(
    "topK",
    ([x], { k, axis, largest }, limits) => {
      const lines = computeLines(x!.shape, axis);
      if (lines.outer * lines.inner * k === 0) return makePlan([]);
      const order = makeValueOrder(x!.dtype, largest ? "descending" : "ascending", limits);
      const sorting = { ...lines, keep: k, order };
      const places = { output: 1 };
      const { launches, temporaries } = planSort(sorting, limits, { input: 0 }, { places }, 0);
      const indexing: Indexing = { ...lines, count: k, elementwise: true, negative: "outOfRange" };
      const values = planShaderTake(x!, 0, indexing, limits, undefined, {
        x: { input: 0 },
        indices: places,
      });
      return { launches: [...launches, ...values], temporaries, aliases: [] };
    },
    { takesStored: true },
  ),
  makePlanEntry(
    "argsort",
    ([x], _, limits) => {
      if (countElements(x!.shape) === 0) return makePlan([]);
      const lines = computeLines(x!.shape, x!.shape.length - 1);
      const order = makeValueOrder(x!.dtype, "ascending", limits);
      const sorting = { ...lines, keep: lines.length, order };
      const places = { output: 0 };
      const { launches, temporaries } = planSort(sorting, limits, { input: 0 }, { places }, 0);
      return { launches, temporaries, aliases: [] };
    },
    { takesStored: true },
  ),
];
