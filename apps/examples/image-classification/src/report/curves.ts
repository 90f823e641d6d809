import type { LineChart, LineSeries } from "@evenkeel/report";
import type { ArmResult } from "../training/arm-result.ts";
import { describeArm } from "../words.ts";

/** Each arm keeps its color, also when it stands alone. */
const slots = { batch: 0, none: 1 } as const;

/** Losses, accuracies and the sizes of gradients. */
export function listCurves(arms: readonly ArmResult[]): readonly LineChart[] {
  const compare = (points: (arm: ArmResult) => LineSeries["points"]): LineSeries[] =>
    arms.map((arm) => ({
      name: describeArm(arm.normalization),
      slot: slots[arm.normalization],
      points: points(arm),
    }));
  return [
    {
      kind: "line-chart",
      title: "Training loss (mean of 25 steps)",
      x: { name: "step" },
      y: { name: "cross-entropy", scale: "logarithmic" },
      series: compare(({ losses }) => computeGroupMeans(losses, 25)),
    },
    {
      kind: "line-chart",
      title: "Accuracy on held-out images",
      x: { name: "step" },
      y: { name: "accuracy" },
      references: [{ axis: "y", value: 0.85, name: "85 %" }],
      series: compare(({ heldOutAccuracy }) => heldOutAccuracy),
    },
    {
      kind: "line-chart",
      title: "Gradient norm of each layer's weight, first batch",
      x: {
        name: "layer, from the input to the output",
        categories: arms[0]!.gradientNorms.map(({ layer }) => layer),
      },
      y: { name: "Euclidean norm", scale: "logarithmic" },
      series: compare(({ gradientNorms }) => gradientNorms.map(({ norm }, index) => [index, norm])),
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
