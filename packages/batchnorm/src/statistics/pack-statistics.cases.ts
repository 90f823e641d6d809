import type { OpCases } from "@evenkeel/tensor";
import { f32 } from "../operands/case-inputs.ts";
import type { PackAttributes } from "./pack-statistics.ts";
import { packStatisticsOp } from "./pack-statistics.ts";

export const packStatisticsCases: OpCases<PackAttributes> = {
  op: packStatisticsOp,
  accuracy: "exact",
  cases: [
    { name: "a number for all", attrs: { count: 128 }, inputs: [f32([5]), f32([5])] },
    { name: "count of each channel", attrs: {}, inputs: [f32([5]), f32([5]), f32([5])] },
    { name: "no channels", attrs: { count: 2 }, inputs: [f32([0]), f32([0])] },
    { name: "large", attrs: { count: 2 }, inputs: [f32([66_000]), f32([66_000])] },
    {
      name: "non-finite",
      attrs: { count: 2 },
      inputs: [f32([7], "non-finite"), f32([7], "non-finite")],
      needs: "non-finite",
    },
  ],
};
