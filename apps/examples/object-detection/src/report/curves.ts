import type { Point } from "@evenkeel/example-task";
import type { BarChart, LineChart, LineSeries } from "@evenkeel/report";
import type { ArmResult } from "../training/arm-result.ts";
import { describeArm, slots } from "../words.ts";

const group = 25;

/** The loss of the training, and the average precisions of the classes. */
export function listCharts(arms: readonly ArmResult[]): readonly (LineChart | BarChart)[] {
  return [
    {
      kind: "line-chart",
      title: `Training loss (mean of ${group} steps)`,
      x: { name: "step" },
      y: { name: "loss", scale: "logarithmic" },
      series: arms.map(({ normalization, losses }) => ({
        name: describeArm(normalization),
        slot: slots[normalization],
        points: computeGroupMeans(losses),
      })),
    },
    {
      kind: "bar-chart",
      title: "Average precision of each class",
      value: { name: "average precision at an overlap of 0.5", include: [0, 1] },
      categories: arms[0]!.classes.map(({ name }) => name),
      series: arms.map(({ normalization, classes }) => ({
        name: describeArm(normalization),
        slot: slots[normalization],
        values: classes.map(({ averagePrecision }) => averagePrecision),
      })),
    },
  ];
}

/** How precision falls as recall rises, a chart for each class. */
export function listPrecisionCurves(arms: readonly ArmResult[]): readonly LineChart[] {
  return arms[0]!.classes.map(({ name, truths }, label) => ({
    kind: "line-chart",
    title: `${name}: precision over recall (${truths} objects)`,
    x: { name: "recall", include: [0, 1] },
    y: { name: "precision", include: [0, 1] },
    series: arms.map(
      ({ normalization, classes }): LineSeries => ({
        name: describeArm(normalization),
        slot: slots[normalization],
        points: classes[label]!.curve,
      }),
    ),
  }));
}

/** The means of complete groups of consecutive points, each at the last step of its group; all points if they are fewer. */
function computeGroupMeans(points: readonly Point[]): readonly Point[] {
  const size = Math.min(group, points.length);
  return Array.from({ length: Math.floor(points.length / size) || 0 }, (_, index): Point => {
    const part = points.slice(index * size, (index + 1) * size);
    return [part.at(-1)![0], part.reduce((sum, [, y]) => sum + y, 0) / size];
  });
}
