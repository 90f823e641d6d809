import type { NoAttributes, PlanOf } from "@evenkeel/tensor";
import { shaderMergeLaunch } from "./statistics.shader.ts";

export { mergeStatisticsOp as op } from "./merge-statistics.ts";

export const plan: PlanOf<NoAttributes> = ([parts], _attrs, limits) => {
  const [count, , channels] = parts!.shape as [number, number, number];
  const launches = channels === 0 ? [] : [shaderMergeLaunch(count, channels, { input: 0 }, limits)];
  return { launches, temporaries: [], aliases: [] };
};
