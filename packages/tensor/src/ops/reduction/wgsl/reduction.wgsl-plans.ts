import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import type {
  ArgExtremeAttributes,
  CumulativeSumAttributes,
  MomentsAttributes,
  ReductionAttributes,
} from "../attributes.ts";
import { divisorOf, reductionLength } from "../reduction-geometry.ts";
import { argExtremeReducer, isArgmaxReducer } from "./arg-extreme.wgsl.ts";
import { extremeReducer } from "./extreme.wgsl.ts";
import { foldPlan } from "./fold-plan.ts";
import { meanReducer } from "./mean.wgsl.ts";
import { momentsReducer } from "./moments.wgsl.ts";
import { productReducer } from "./product.wgsl.ts";
import { cumulativeSumPlan } from "./scan-plan.ts";
import { sumReducer } from "./sum.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  planFor<ReductionAttributes>("sum", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, sumReducer(x!.dtype), limits),
  ),
  planFor<ReductionAttributes>("mean", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, meanReducer(), limits, { parameters: { n: reductionLength(x!.shape, axes) } }),
  ),
  planFor<ReductionAttributes>("product", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, productReducer, limits),
  ),
  planFor<ReductionAttributes>("max", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, extremeReducer("max", x!.dtype, true), limits),
  ),
  planFor<ReductionAttributes>("min", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, extremeReducer("min", x!.dtype, false), limits),
  ),
  planFor<ArgExtremeAttributes>("argmax", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, argExtremeReducer("argmax", x!.dtype, true), limits, { isView: false }),
  ),
  planFor<ArgExtremeAttributes>("argmin", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, argExtremeReducer("argmin", x!.dtype, false), limits, { isView: false }),
  ),
  planFor<object>("isArgmax", ([x], _attrs, limits) =>
    foldPlan(x!.shape, [x!.shape.length - 1], isArgmaxReducer(x!.dtype), limits, { isView: false }),
  ),
  planFor<MomentsAttributes>("moments", ([x], attrs, limits) =>
    foldPlan(x!.shape, attrs.axes, momentsReducer(), limits, {
      parameters: { divisor: divisorOf(x!.shape, attrs) },
      isView: false,
    }),
  ),
  planFor<CumulativeSumAttributes>("cumulativeSum", ([x], attrs, limits) =>
    cumulativeSumPlan(x!, attrs, limits),
  ),
];
