import type { OpCases } from "@evenkeel/tensor";
import { caseShapes, f16, f32, halfShapes, infinities, poisoned } from "../operands/case-inputs.ts";
import { statisticsOp } from "./statistics.ts";
import type { StatisticsAttributes } from "./statistics-attributes.ts";

export const statisticsCases: OpCases<StatisticsAttributes> = {
  op: statisticsOp,
  accuracy: {
    relative: 2e-6,
    absolute: 1e-6,
    reason:
      "means of values of about 1 are off by a few roundings of 1, as is what f32 cuts off them; M2 is relative to itself, as in two passes",
  },
  cases: [
    ...caseShapes.map(({ name, shape, axis }) => ({ name, attrs: { axis }, inputs: [f32(shape)] })),
    ...halfShapes.map(({ name, shape, axis }) => ({ name, attrs: { axis }, inputs: [f16(shape)] })),
    { name: "one value per channel", attrs: { axis: 1 }, inputs: [f32([1, 6])] },
    { name: "constant channels", attrs: { axis: 1 }, inputs: [f32([9, 4, 70], [0.1])], accuracy: "rounding" },
    {
      name: "values far from their first",
      attrs: { axis: 1 },
      inputs: [f32([40, 2], [1000, 0, 1, 2, -1, 0.5, 0, 3])],
    },
    { name: "non-finite", attrs: { axis: 1 }, inputs: [poisoned], needs: "non-finite" },
    ...infinities.map((x, index) => ({
      name: `one infinity, ${index}`,
      attrs: { axis: 1 },
      inputs: [x],
      needs: "non-finite" as const,
    })),
  ],
};
