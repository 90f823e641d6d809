import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import type {
  ArgExtremeAttributes,
  CumulativeSumAttributes,
  MomentsAttributes,
  ReductionAttributes,
} from "../attributes.ts";
import { computeDivisor, countReduced } from "../reduction-geometry.ts";
import { isArgmaxReducer, makeArgExtremeReducer } from "./arg-extreme.wgsl.ts";
import { makeExtremeReducer } from "./extreme.wgsl.ts";
import { planFold } from "./fold-plan.ts";
import { makeMeanReducer } from "./mean.wgsl.ts";
import { makeMomentsReducer } from "./moments.wgsl.ts";
import { productReducer } from "./product.wgsl.ts";
import { planCumulativeSum } from "./scan-plan.ts";
import { makeSumReducer } from "./sum.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<ReductionAttributes>("sum", ([x], { axes }, limits) =>
    planFold(x!.shape, axes, makeSumReducer(x!.dtype), limits),
  ),
  makePlanEntry<ReductionAttributes>("mean", ([x], { axes }, limits) =>
    planFold(x!.shape, axes, makeMeanReducer(), limits, { parameters: { n: countReduced(x!.shape, axes) } }),
  ),
  makePlanEntry<ReductionAttributes>("product", ([x], { axes }, limits) =>
    planFold(x!.shape, axes, productReducer, limits),
  ),
  makePlanEntry<ReductionAttributes>("max", ([x], { axes }, limits) =>
    planFold(x!.shape, axes, makeExtremeReducer("max", x!.dtype, true), limits),
  ),
  makePlanEntry<ReductionAttributes>("min", ([x], { axes }, limits) =>
    planFold(x!.shape, axes, makeExtremeReducer("min", x!.dtype, false), limits),
  ),
  makePlanEntry<ArgExtremeAttributes>("argmax", ([x], { axes }, limits) =>
    planFold(x!.shape, axes, makeArgExtremeReducer("argmax", x!.dtype, true), limits, { isView: false }),
  ),
  makePlanEntry<ArgExtremeAttributes>("argmin", ([x], { axes }, limits) =>
    planFold(x!.shape, axes, makeArgExtremeReducer("argmin", x!.dtype, false), limits, { isView: false }),
  ),
  makePlanEntry<object>("isArgmax", ([x], _attrs, limits) =>
    planFold(x!.shape, [x!.shape.length - 1], isArgmaxReducer(x!.dtype), limits, { isView: false }),
  ),
  makePlanEntry<MomentsAttributes>("moments", ([x], attrs, limits) =>
    planFold(x!.shape, attrs.axes, makeMomentsReducer(), limits, {
      parameters: { divisor: computeDivisor(x!.shape, attrs) },
      isView: false,
    }),
  ),
  makePlanEntry<CumulativeSumAttributes>("cumulativeSum", ([x], attrs, limits) =>
    planCumulativeSum(x!, attrs, limits),
  ),
];
