import type { LineChart, LineSeries } from "@evenkeel/report";
import type { ArmResult } from "../arm-result.ts";
import { armSlots, describeArm } from "../words.ts";

/** Losses, and what the validation gave after each epoch. */
export function listCurves(arms: readonly ArmResult[]): readonly LineChart[] {
  const compare = (points: (arm: ArmResult) => LineSeries["points"]): LineSeries[] =>
    arms.map((arm) => ({
      name: describeArm(arm.normalization),
      slot: armSlots[arm.normalization],
      points: points(arm),
    }));
  return [
    {
      kind: "line-chart",
      title: "Training loss (mean of 50 steps)",
      x: { name: "step" },
      y: { name: "smoothed loss" },
      series: compare(({ losses }) => computeGroupMeans(losses, 50)),
    },
    {
      kind: "line-chart",
      title: "Perplexity of the validation set",
      x: { name: "epoch" },
      y: { name: "perplexity", scale: "logarithmic" },
      series: compare(({ validationPerplexity }) => validationPerplexity),
    },
    {
      kind: "line-chart",
      title: "Greedy translations of the validation set",
      x: { name: "epoch" },
      y: { name: "BLEU", include: [0, 1] },
      series: compare(({ validationBleu }) => validationBleu),
    },
  ];
}

/** The means of complete groups of consecutive points, each at the last step of its group; all points if they are fewer. */
function computeGroupMeans(points: LineSeries["points"], group: number): LineSeries["points"] {
  const size = Math.min(group, points.length);
  return Array.from({ length: Math.floor(points.length / size) || 0 }, (_, index) => {
    const part = points.slice(index * size, (index + 1) * size);
    return [part.at(-1)![0], part.reduce((sum, [, y]) => sum + y, 0) / size] as const;
  });
}
