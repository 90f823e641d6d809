import type { OpCase, OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { MomentsAttributes, ReductionAttributes } from "./attributes.ts";
import { momentsOp } from "./moments.ts";
import { reductionCases } from "./reduction-cases.ts";
import { countReduced } from "./reduction-geometry.ts";

const accuracy = (mean: number) => ({
  relative: 16 * 2 ** -24,
  absolute: 4 * Math.max(1, Math.abs(mean)) * 2 ** -24,
  reason: "tiles of at most 256 vectors are summed in f32 about their mean, and merged in f64",
});

/** With correction 1 where more than one value is reduced, 0 elsewhere: the variance of one value is NaN with it. */
const withCorrection = (one: OpCase<ReductionAttributes>, index: number): OpCase<MomentsAttributes> => {
  const isMany = countReduced(one.inputs[0]!.shape, one.attrs.axes) > 1;
  return { ...one, attrs: { ...one.attrs, correction: isMany ? index % 2 : 0 } };
};

/** The mean lies this many standard deviations from 0. */
const distances = [1e2, 1e4, 1e6];

const hardCases: OpCase<MomentsAttributes>[] = [0, 1].flatMap((axis) => [
  ...distances.map((mean) => ({
    name: `mean at ${mean} deviations, axis ${axis}`,
    attrs: { axes: [axis], keepDims: false, correction: 0 },
    inputs: [{ shape: [700, 700], dtype: "f32" as const, values: { normal: [mean, 1] as const } }],
    accuracy: accuracy(mean),
    differentiable: false,
  })),
  {
    name: `constant, axis ${axis}`,
    attrs: { axes: [axis], keepDims: false, correction: 1 },
    inputs: [{ shape: [35, 35], dtype: "f32", values: [0.1] }],
    accuracy: "exact" as const,
    differentiable: false,
  },
]);

export const momentsCases: OpCases<MomentsAttributes> = {
  op: momentsOp,
  accuracy: accuracy(1),
  cases: withHalves(
    ["rows", "channels first", "no axes"],
    [
      ...reductionCases({
        values: { normal: [0.5, 1] },
        accuracy: () => accuracy(1),
        reducesNothing: true,
      }).map(withCorrection),
      ...hardCases,
      {
        name: "one value, corrected",
        attrs: { axes: [1], keepDims: false, correction: 1 },
        inputs: [{ shape: [3, 1], dtype: "f32", values: { normal: [0, 1] } }],
        needs: "non-finite",
        differentiable: false,
      },
    ],
  ),
};
